//! The QR code of a link: an SVG picture that a camera reads as the link.

use harness::{Answer, App};
use reqwest::Method;
use rqrr::{MetaData, PreparedImage};
use serde_json::json;

/// The pixels of a module in the drawn picture.
const SCALE: usize = 4;
/// The number that the format information of a code has for the error level M.
const LEVEL_M: u16 = 0;

/// The modules of a picture, with its border.
struct Picture {
    size: usize,
    dark: Vec<Vec<bool>>,
}

impl Picture {
    /// Reads the picture, of which every dark module is part of a rectangle one module high.
    fn of(svg: &str) -> Self {
        let between = |start: &str| {
            let (_, rest) = svg.split_once(start).expect(start);
            rest.split_once('"').unwrap().0
        };
        let size: usize = between("viewBox=\"0 0 ").split_once(' ').unwrap().0.parse().unwrap();
        let ground = format!("<path fill=\"#fff\" d=\"M0 0h{size}v{size}H0z\"/>");
        assert!(svg.contains(&ground), "{svg}");
        let mut dark = vec![vec![false; size]; size];
        for run in between("<path fill=\"#000\" d=\"M").split('M') {
            let (x, rest) = run.split_once(' ').unwrap();
            let (y, rest) = rest.split_once('h').unwrap();
            let (length, rest) = rest.split_once("v1h-").unwrap();
            assert_eq!(rest, format!("{length}z"));
            let [x, y, length] = [x, y, length].map(|number| number.parse::<usize>().unwrap());
            dark[y][x..x + length].fill(true);
        }
        Self { size, dark }
    }

    /// Reads the code as a camera does.
    fn read(&self) -> (MetaData, String) {
        let pixels = self.size * SCALE;
        let light = |x: usize, y: usize| u8::from(!self.dark[y / SCALE][x / SCALE]) * 255;
        let mut image = PreparedImage::prepare_from_greyscale(pixels, pixels, light);
        let grids = image.detect_grids();
        assert_eq!(grids.len(), 1);
        grids[0].decode().unwrap()
    }

    /// Returns the width of the border without dark modules.
    fn border(&self) -> usize {
        let edges = |ring: usize| {
            let last = self.size - 1 - ring;
            (0..self.size).any(|at| {
                self.dark[ring][at]
                    || self.dark[last][at]
                    || self.dark[at][ring]
                    || self.dark[at][last]
            })
        };
        (0..self.size).find(|ring| edges(*ring)).unwrap()
    }
}

async fn draws(app: &App, token: &str) -> Answer {
    Answer::to(app.nobody().request(Method::GET, &format!("/i/{token}/qr.svg"))).await
}

#[tokio::test]
async fn a_camera_reads_the_link_out_of_its_picture() {
    let app = App::start().await;
    let link = app.owner().await.invited(json!({"link": {}})).await;
    let answer = draws(&app, &link.token).await.is(200);
    for (name, value) in [
        ("content-type", "image/svg+xml"),
        ("cache-control", "no-store"),
        ("referrer-policy", "no-referrer"),
        ("x-content-type-options", "nosniff"),
        ("x-robots-tag", "noindex"),
        ("content-security-policy", "default-src 'none'; base-uri 'none'; frame-ancestors 'none'"),
    ] {
        assert_eq!(answer.header(name), value, "{name}");
    }
    let picture = Picture::of(&answer.text);
    let (about, text) = picture.read();
    assert_eq!(text, link.json["url"]);
    assert_eq!(about.ecc_level, LEVEL_M);
    assert_eq!(picture.border(), 4);
    // The picture has the size that its place gives it.
    assert!(!answer.text.contains(" width=") && !answer.text.contains(" height="));
}

#[tokio::test]
async fn a_narrowed_link_has_a_picture_too() {
    let app = App::start().await;
    let link = app.owner().await.invited(json!({"link": {}})).await;
    let body = json!({"token": link.token, "domain": "example.org", "expires_in": 3600});
    let narrowed = app.nobody().posts("/v1/invites/narrow", &body).await.is(200);
    let answer = draws(&app, narrowed.text_at("/token")).await.is(200);
    assert_eq!(Picture::of(&answer.text).read().1, narrowed.text_at("/url"));
}

#[tokio::test]
async fn the_picture_tells_nothing_about_the_invite() {
    let app = App::start().await;
    let alice = app.owner().await;
    let link = alice.invited(json!({"link": {}})).await;
    let before = app.table().await;
    let pending = draws(&app, &link.token).await.is(200).text;
    assert_eq!(app.table().await, before, "nothing is written, not even a miss");
    alice.revokes(&link.id).await.is(200);
    assert_eq!(draws(&app, &link.token).await.is(200).text, pending);
    // Another key made this token, and nobody ever the invite.
    let foreign = "bkn_4fGSvR4x8ctm3PCmMMbLpJQsnDID6KoHuMZBHbC1Ke95A6Cmj";
    app.nobody().previews(foreign).await.refuses(404, "invite_not_found");
    let text = Picture::of(&draws(&app, foreign).await.is(200).text).read().1;
    assert!(text.ends_with(&format!("/i/{foreign}")), "{text}");
}

#[tokio::test]
async fn what_is_no_whole_token_has_no_picture() {
    let app = App::start().await;
    let link = app.owner().await.invited(json!({"link": {}})).await;
    let token = &link.token;
    for (text, detail) in [
        ("1".to_owned(), "There is no such invite. Use the whole link, as it was sent."),
        ("opened".to_owned(), "There is no such invite."),
        (format!("{token}."), "There is no such invite."),
        (format!("%20{token}"), "There is no such invite."),
        (token.to_lowercase(), "The token was changed to capital or small letters."),
        (token[..token.len() - 1].to_owned(), "The token is incomplete"),
        (format!("{token}%22%3E"), "There is no such invite."),
        ("9".repeat(6000), "There is no such invite."),
    ] {
        let problem = draws(&app, &text).await.refuses(404, "invite_not_found");
        assert!(problem.text_at("/detail").starts_with(detail), "{text}: {}", problem.text);
    }
    let query = format!("/i/{token}/qr.svg?size=100");
    Answer::to(app.nobody().request(Method::GET, &query)).await.refuses(400, "invalid_query");
    let page = Answer::to(app.nobody().request(Method::GET, &format!("/i/{token}/qr.png"))).await;
    assert_eq!(page.is(404).header("content-type"), "text/html; charset=utf-8");
}
