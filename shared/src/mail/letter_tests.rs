//! What every mail has: its look, its size, and what can be read in it.

use super::*;
use crate::domain::color::READABLE;

/// Returns a letter with everything that a letter can have.
fn full(head: Letterhead<'_>) -> RenderedMail {
    let mut letter = Letter::new(head, "A subject".to_owned());
    letter.blocks.push(Block::Heading(Phrase::new("{name}", &[("name", "Q1")])));
    letter.blocks.push(Block::Paragraph(Phrase::new("A paragraph.", &[])));
    let lines = vec!["One".to_owned(), String::new(), "<Two>".to_owned()];
    letter.blocks.push(Block::Quote(Phrase::new("Ada writes:", &[]), lines));
    letter.blocks.push(Block::List(vec![Phrase::new("a", &[]), Phrase::new("b", &[])]));
    letter.action = Some(Action { url: "https://join.example.com/i/x", until: "Now.".to_owned() });
    letter.notes.push(Phrase::new("A note.", &[]));
    letter.links.push(Link { words: "Stop".to_owned(), url: head.unsubscribe.to_owned() });
    letter.render(None).unwrap()
}

#[test]
fn the_text_part_has_one_thing_a_line() {
    let text = full(Letterhead::example()).text;
    assert_eq!(
        text,
        "Hello,\n\nQ1\n\nA paragraph.\n\nAda writes:\n\n> One\n>\n> <Two>\n\n * a\n * b\n\n\
         See the invitation, and accept or decline it:\n\nhttps://join.example.com/i/x\n\nNow.\n\n-- \n\
         A note.\nSent for Acme Planner by the invitation service at join.example.com.\n\
         Replies reach support@example.com.\nStop: https://join.example.com/unsubscribe/u_3kq\n"
    );
}

#[test]
fn a_mail_loads_nothing_and_is_small() {
    let html = full(Letterhead::example()).html;
    for part in ["<img", "<link", "<script", "url(", "@import", "src="] {
        assert!(!html.contains(part), "{part}");
    }
    assert!(html.len() < 100_000 && html.contains("&#60;Two&#62;"), "{html}");
}

/// Returns the colours behind `before` in the part.
fn colors(part: &str, before: &str) -> Vec<Color> {
    part.split(before).skip(1).filter_map(|rest| Color::parse(rest.get(..7)?).ok()).collect()
}

#[test]
fn every_text_can_be_read_in_light_and_dark() {
    for brand in [None, Some("#ffff00"), Some("#777777"), Some("#000000"), Some("#d01c5b")] {
        let brand = brand.map(|text| Color::parse(text).unwrap());
        let html = full(Letterhead { brand, ..Letterhead::example() }).html;
        let (style, body) = html.split_once("</style>").unwrap();
        let ground =
            |part: &str, class: &str| colors(part.split_once(class).unwrap().1, "background: ")[0];
        for (part, small) in [(style, ".small, .small a {"), (body, "class=\"small\"")] {
            let marks = if part == style {
                [".page {", ".card {", ".quote {"]
            } else {
                ["class=\"page\"", "class=\"card\"", "class=\"quote\""]
            };
            let [page, card, quote] = marks.map(|class| ground(part, class));
            let ink = colors(part.split_once(marks[0]).unwrap().1, " color: ")[0];
            let soft = colors(part.split_once(small).unwrap().1, " color: ")[0];
            for (text, ground) in
                [(ink, page), (ink, card), (ink, quote), (soft, page), (soft, card)]
            {
                assert!(text.contrast(ground) >= READABLE, "{text} on {ground}");
            }
        }
        let button = brand.unwrap_or(BRAND);
        assert!(button.text().contrast(button) >= READABLE, "{button}");
        assert!(html.contains(&format!("bgcolor=\"{button}\"")));
    }
}

#[test]
fn a_mail_has_the_direction_of_its_language() {
    let html = full(Letterhead { language: Language::Ar, ..Letterhead::example() }).html;
    assert!(html.contains("<html lang=\"ar\" dir=\"rtl\"") && html.contains("text-align: right"));
    let html = full(Letterhead::example()).html;
    assert!(html.contains("<html lang=\"en\" dir=\"ltr\"") && html.contains("text-align: left"));
}

#[test]
fn the_host_includes_its_port() {
    assert_eq!(host("http://127.0.0.1:3000"), "127.0.0.1:3000");
    assert_eq!(host("https://join.example.com/stage"), "join.example.com");
}
