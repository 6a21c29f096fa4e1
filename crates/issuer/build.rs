//! The catalogues of `src/pages/words`, one file per language: listed for the program, and compared, so that a
//! text that a language lacks fails the build.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs};

use fluent_syntax::ast::{Entry, Expression, InlineExpression, Pattern, PatternElement};

/// What a catalogue offers: texts by name, with the values that each may show.
type Texts = BTreeMap<String, BTreeSet<String>>;

#[expect(
    clippy::disallowed_methods,
    reason = "Cargo tells a build script by it"
)]
fn main() {
    let folder = Path::new("src/pages/words");
    println!("cargo::rerun-if-changed={}", folder.display());
    let files = fs::read_dir(folder).expect("the folder of catalogues");
    let mut files: Vec<PathBuf> = files.map(|file| file.expect("a file").path()).collect();
    files.retain(|file| file.extension().is_some_and(|ending| ending == "ftl"));
    // English is first: it is what the others are compared with, and what everybody else reads.
    files.sort_by_key(|file| (!file.ends_with("en.ftl"), file.clone()));
    let english = texts(&folder.join("en.ftl"));
    let mut list = format!("const FILES: [(&str, &str); {}] = [", files.len());
    for file in &files {
        compare(&english, file);
        let tag = file.file_stem().expect("a name").to_string_lossy();
        let path = fs::canonicalize(file).expect("a path");
        write!(list, "({tag:?}, include_str!({path:?})),").expect("text");
    }
    list.push_str("];");
    let out = PathBuf::from(env::var_os("OUT_DIR").expect("set by Cargo"));
    fs::write(out.join("catalogues.rs"), list).expect("writable");
}

fn compare(english: &Texts, file: &Path) {
    let other = texts(file);
    for name in english.keys().chain(other.keys()) {
        assert!(
            english.get(name) == other.get(name),
            "{}: `{name}` is missing, is not in en.ftl, or shows other values than there",
            file.display()
        );
    }
}

fn texts(file: &Path) -> Texts {
    let text = fs::read_to_string(file).expect("readable");
    let parsed = fluent_syntax::parser::parse(text.as_str());
    let parsed = parsed.unwrap_or_else(|(_, errors)| panic!("{}: {errors:?}", file.display()));
    let mut texts = Texts::new();
    for entry in &parsed.body {
        let Entry::Message(message) = entry else {
            continue;
        };
        let attributes = message.attributes.iter();
        let attributes = attributes.map(|at| (format!(".{}", at.id.name), &at.value));
        let value = message.value.iter().map(|value| (String::new(), value));
        for (part, pattern) in value.chain(attributes) {
            let name = format!("{}{part}", message.id.name);
            let mut values = BTreeSet::new();
            collect(pattern, &mut values);
            assert!(
                texts.insert(name.clone(), values).is_none(),
                "{}: `{name}` stands there twice",
                file.display()
            );
        }
    }
    texts
}

/// The variables and the other messages that a text shows.
fn collect(pattern: &Pattern<&str>, values: &mut BTreeSet<String>) {
    for element in &pattern.elements {
        let PatternElement::Placeable { expression } = element else {
            continue;
        };
        match expression {
            Expression::Inline(inline) => collect_inline(inline, values),
            Expression::Select { selector, variants } => {
                collect_inline(selector, values);
                for variant in variants {
                    collect(&variant.value, values);
                }
            }
        }
    }
}

fn collect_inline(inline: &InlineExpression<&str>, values: &mut BTreeSet<String>) {
    match inline {
        InlineExpression::VariableReference { id } => {
            values.insert(format!("${}", id.name));
        }
        InlineExpression::MessageReference { id, .. } => {
            values.insert(id.name.to_owned());
        }
        InlineExpression::Placeable { expression } => {
            if let Expression::Inline(inline) = &**expression {
                collect_inline(inline, values);
            }
        }
        InlineExpression::StringLiteral { .. }
        | InlineExpression::NumberLiteral { .. }
        | InlineExpression::FunctionReference { .. }
        | InlineExpression::TermReference { .. } => {}
    }
}
