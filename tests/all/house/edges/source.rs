//! The references of a Rust file to other files: the modules that it declares, the names that it
//! imports, and the paths in its code.

use std::collections::BTreeSet;

/// A path as its segments: `crate::store::Window` is `["crate", "store", "Window"]`.
pub(super) type Path = Vec<String>;

/// A module that is declared with `mod name;`.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Child {
    /// The module's name.
    pub(super) name: String,
    /// The file that `#[path = "…"]` names.
    pub(super) file: Option<String>,
    /// Whether it exists under `#[cfg(test)]` only.
    pub(super) tests: bool,
}

/// A name that `use` imports.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Import {
    /// The name here; `*` for all names of a module.
    pub(super) name: String,
    /// The path of the import.
    pub(super) path: Path,
    /// Whether others can import it from here.
    pub(super) public: bool,
}

/// The references of one file. Code under `#[cfg(test)]` is left out, except for module names.
#[derive(Debug, Default)]
pub(super) struct Source {
    pub(super) children: Vec<Child>,
    pub(super) imports: Vec<Import>,
    /// The paths outside of `use`, of two segments or more.
    pub(super) paths: Vec<Path>,
    /// The words outside of `use` that begin a path, or are alone.
    pub(super) words: BTreeSet<String>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Token {
    Word(String),
    Text(String),
    /// `::`
    Colons,
    Sign(char),
}

impl Source {
    pub(super) fn read(code: &str) -> Self {
        Self::of(&tokens(code))
    }

    fn of(tokens: &[Token]) -> Self {
        let mut source = Self::default();
        let mut at = 0;
        while let Some(token) = tokens.get(at) {
            at = match token {
                Token::Sign('#') => source.attributes(tokens, at),
                Token::Word(word) if word == "use" => source.import(tokens, at, false),
                Token::Word(word) if word == "pub" => source.visible(tokens, at),
                Token::Word(word) if word == "mod" => source.module(tokens, at, None, false),
                Token::Word(_) => source.path(tokens, at),
                Token::Text(_) | Token::Colons | Token::Sign(_) => at + 1,
            };
        }
        source
    }

    /// Reads attributes, and leaves out what exists in tests only.
    fn attributes(&mut self, tokens: &[Token], mut at: usize) -> usize {
        let (mut tests, mut file) = (false, None);
        while tokens.get(at) == Some(&Token::Sign('#')) {
            let inner = tokens.get(at + 1) == Some(&Token::Sign('!'));
            let end = closing(tokens, if inner { at + 2 } else { at + 1 });
            let attribute = &tokens[at..end];
            tests |= attribute.starts_with(&CFG_TEST.map(token));
            if attribute.get(2) == Some(&Token::Word("path".into())) {
                file = attribute.iter().find_map(|token| match token {
                    Token::Text(text) => Some(text.clone()),
                    _ => None,
                });
            }
            at = end;
        }
        let declares = tokens.get(at) == Some(&Token::Word("mod".into()))
            && tokens.get(at + 2) == Some(&Token::Sign(';'));
        match (declares, tests) {
            (true, _) => self.module(tokens, at, file, tests),
            (false, true) => item_end(tokens, at),
            (false, false) => at,
        }
    }

    /// Reads what comes after `pub` or `pub(crate)`.
    fn visible(&mut self, tokens: &[Token], at: usize) -> usize {
        let restricted = tokens.get(at + 1) == Some(&Token::Sign('('));
        let next = if restricted { closing(tokens, at + 1) } else { at + 1 };
        match tokens.get(next) {
            Some(Token::Word(word)) if word == "use" => self.import(tokens, next, true),
            _ => next,
        }
    }

    fn module(&mut self, tokens: &[Token], at: usize, file: Option<String>, tests: bool) -> usize {
        match (tokens.get(at + 1), tokens.get(at + 2)) {
            (Some(Token::Word(name)), Some(Token::Sign(';'))) => {
                self.children.push(Child { name: name.clone(), file, tests });
                at + 3
            }
            (Some(Token::Word(_)), Some(Token::Sign('{'))) => {
                let end = closing(tokens, at + 2);
                self.inline(Self::of(&tokens[at + 3..end - 1]));
                end
            }
            // A macro's `mod $name { … }`.
            (Some(Token::Sign('$')), Some(Token::Word(_))) => {
                self.module(tokens, at + 1, file, tests)
            }
            _ => at + 1,
        }
    }

    /// Adds the references of a module inside this file. Its `super` is this file.
    fn inline(&mut self, inner: Self) {
        let outward = |mut path: Path| {
            if let Some(first) = path.first_mut().filter(|first| *first == "super") {
                "self".clone_into(first);
            }
            path
        };
        let imports = inner.imports.into_iter();
        self.imports.extend(imports.map(|import| Import { path: outward(import.path), ..import }));
        self.paths.extend(inner.paths.into_iter().map(outward));
        self.words.extend(inner.words);
    }

    fn import(&mut self, tokens: &[Token], at: usize, public: bool) -> usize {
        let end = at + tokens[at..].iter().take_while(|token| **token != Token::Sign(';')).count();
        self.tree(&tokens[at + 1..end], &[], public);
        end
    }

    /// One tree of a `use`: a path, or a path and a list of trees in braces.
    fn tree(&mut self, tokens: &[Token], before: &[String], public: bool) {
        let mut path = before.to_vec();
        let mut alias = None;
        let mut at = 0;
        while let Some(token) = tokens.get(at) {
            match token {
                Token::Sign('{') => {
                    for tree in list(&tokens[at + 1..closing(tokens, at) - 1]) {
                        self.tree(tree, &path, public);
                    }
                    return;
                }
                Token::Sign('*') => path.push("*".into()),
                Token::Word(word) if word == "as" => {
                    alias = tokens.get(at + 1).and_then(word_of);
                    break;
                }
                // `{self}` is the module itself.
                Token::Word(word) if word == "self" && !path.is_empty() => {}
                Token::Word(word) => path.push(word.clone()),
                Token::Text(_) | Token::Colons | Token::Sign(_) => {}
            }
            at += 1;
        }
        if let Some(name) = alias.or_else(|| path.last().cloned()) {
            self.imports.push(Import { name, path, public });
        }
    }

    fn path(&mut self, tokens: &[Token], mut at: usize) -> usize {
        let mut path = Vec::new();
        while let Some(word) = tokens.get(at).and_then(word_of) {
            path.push(word);
            at += 1;
            let more = tokens.get(at) == Some(&Token::Colons)
                && tokens.get(at + 1).is_some_and(|next| word_of(next).is_some());
            if !more {
                break;
            }
            at += 1;
        }
        self.words.extend(path.first().cloned());
        if path.len() > 1 {
            self.paths.push(path);
        }
        at
    }
}

const CFG_TEST: [&str; 7] = ["#", "[", "cfg", "(", "test", ")", "]"];

fn token(text: &str) -> Token {
    match text.chars().next() {
        Some(sign) if !sign.is_alphabetic() => Token::Sign(sign),
        _ => Token::Word(text.to_owned()),
    }
}

fn word_of(token: &Token) -> Option<String> {
    if let Token::Word(word) = token { Some(word.clone()) } else { None }
}

/// The trees of a list, which commas separate.
fn list(tokens: &[Token]) -> Vec<&[Token]> {
    let (mut trees, mut start, mut at) = (Vec::new(), 0, 0);
    while at < tokens.len() {
        match tokens[at] {
            Token::Sign('{') => at = closing(tokens, at),
            Token::Sign(',') => {
                trees.push(&tokens[start..at]);
                at += 1;
                start = at;
            }
            _ => at += 1,
        }
    }
    trees.push(&tokens[start..]);
    trees
}

/// Returns the position behind the bracket that closes the one at `at`.
fn closing(tokens: &[Token], mut at: usize) -> usize {
    let mut depth = 0_usize;
    while let Some(token) = tokens.get(at) {
        match token {
            Token::Sign('(' | '[' | '{') => depth += 1,
            Token::Sign(')' | ']' | '}') => depth -= 1,
            _ => {}
        }
        at += 1;
        if depth == 0 {
            break;
        }
    }
    at
}

/// Returns the position behind the item that begins at `at`.
fn item_end(tokens: &[Token], mut at: usize) -> usize {
    let import = tokens.get(at) == Some(&Token::Word("use".into()));
    while let Some(token) = tokens.get(at) {
        at = match token {
            Token::Sign(';') => return at + 1,
            Token::Sign('{') if !import => return closing(tokens, at),
            Token::Sign('(' | '[' | '{') => closing(tokens, at),
            _ => at + 1,
        };
    }
    at
}

/// Returns the tokens of the code without comments. Numbers count as words.
fn tokens(code: &str) -> Vec<Token> {
    let mut tokens = Vec::new();
    let mut rest = code;
    while let Some(first) = rest.chars().next() {
        let length = if rest.starts_with("//") {
            rest.find('\n').unwrap_or(rest.len())
        } else if rest.starts_with("/*") {
            rest.find("*/").map_or(rest.len(), |end| end + 2)
        } else if let Some(length) = text_length(rest) {
            let text = rest[..length].trim_start_matches(['b', 'r']).trim_matches(['#', '"']);
            tokens.push(Token::Text(text.to_owned()));
            length
        } else if rest.starts_with("r#") {
            2
        } else if rest.starts_with("::") {
            tokens.push(Token::Colons);
            2
        } else if first.is_alphanumeric() || first == '_' {
            let is_part = |c: char| c.is_alphanumeric() || c == '_';
            let length = rest.find(|c| !is_part(c)).unwrap_or(rest.len());
            tokens.push(Token::Word(rest[..length].to_owned()));
            length
        } else if first == '\'' {
            character_length(rest)
        } else {
            if !first.is_whitespace() {
                tokens.push(Token::Sign(first));
            }
            first.len_utf8()
        };
        rest = &rest[length..];
    }
    tokens
}

/// The length of the string literal that the code begins with.
fn text_length(code: &str) -> Option<usize> {
    let start = code.find(|c| !matches!(c, 'b' | 'r' | '#'))?;
    let prefix = &code[..start];
    let inside = code[start..].strip_prefix('"')?;
    let hashes = prefix.trim_start_matches(['b', 'r']);
    if prefix.contains('r') {
        let end = format!("\"{hashes}");
        return Some(start + 1 + inside.find(&end)? + end.len());
    }
    let mut escaped = false;
    for (at, c) in inside.char_indices() {
        match c {
            '"' if !escaped => return Some(start + 1 + at + 1),
            _ => escaped = c == '\\' && !escaped,
        }
    }
    None
}

/// The length of the character or the lifetime that the code begins with.
fn character_length(code: &str) -> usize {
    let mut inside = code.char_indices().skip(1);
    match (inside.next(), inside.next()) {
        (Some((_, '\\')), Some((at, c))) => {
            let after = at + c.len_utf8();
            after + code[after..].find('\'').map_or(0, |end| end + 1)
        }
        (Some(_), Some((at, '\''))) => at + 1,
        _ => 1,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn imports_are_read_from_trees() {
        let source = Source::read("pub(crate) use crate::{a::{self, B as C}, d::*};");
        let names: Vec<String> = source
            .imports
            .iter()
            .map(|import| format!("{}={} {}", import.name, import.path.join("::"), import.public))
            .collect();
        assert_eq!(names, ["a=crate::a true", "C=crate::a::B true", "*=crate::d::* true"]);
    }

    #[test]
    fn comments_texts_and_tests_say_nothing() {
        let code = r##"
            // crate::a::A
            /* crate::b::B */
            const TEXT: &str = "crate::c::C \" crate::d::D";
            const RAW: &str = r#"crate::e::E " crate::f::F"#;
            fn own<'a>(x: &'a str) -> char { crate::g::G; '"' }
            #[cfg(test)]
            use crate::h::{H};
            #[cfg(test)]
            mod tests { fn x() { crate::i::I; } }
            const END: u8 = crate::j::J;
        "##;
        assert_eq!(Source::read(code).paths, [["crate", "g", "G"], ["crate", "j", "J"]]);
    }

    #[test]
    fn modules_are_read_with_their_files() {
        let source =
            Source::read("mod a; pub mod b;\n#[cfg(test)]\n#[path = \"c_tests.rs\"]\nmod tests;");
        let child = |name: &str, file: Option<&str>, tests| Child {
            name: name.into(),
            file: file.map(str::to_owned),
            tests,
        };
        let expected = [
            child("a", None, false),
            child("b", None, false),
            child("tests", Some("c_tests.rs"), true),
        ];
        assert_eq!(source.children, expected);
    }

    #[test]
    fn what_a_module_inside_a_file_says_counts_for_the_file() {
        let source = Source::read("mod inner { use super::a::A; fn x() { super::b::B } }");
        assert_eq!(source.imports[0].path, ["self", "a", "A"]);
        assert_eq!(source.paths, [["self", "b", "B"]]);
        assert_eq!(source.children, []);
    }
}
