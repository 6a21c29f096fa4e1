//! How much an answer may say, and how to get the rest of what did not fit.

use schemars::JsonSchema;
use serde::Serialize;

use crate::client::{Foreign, GithubError, Reply};

/// What the items of a list may take. An answer has 30,000 bytes, about 8,000 tokens, for the value and its mirror in
/// the text: this is half, less room for what stands around the items.
const ITEMS_BYTES_MAX: usize = 13_500;
/// The longest single text.
pub(crate) const TEXT_BYTES_MAX: usize = 9_000;
const PER_PAGE_MAX: u32 = 100;

/// Which page a caller asks for.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Paging {
    pub(crate) page: u32,
    pub(crate) per_page: u32,
}

/// How to get what comes after this answer.
#[derive(Debug, Default, PartialEq, Eq, Serialize, JsonSchema)]
pub(crate) struct More {
    /// The page to ask for next; left out if this was the last.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "u32", default)]
    pub(crate) next_page: Option<u32>,
    /// The perPage to ask for it with. It may differ from this call's; with another, something would be skipped.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "u32", default)]
    pub(crate) next_per_page: Option<u32>,
    /// GitHub left out what belongs to organizations that the person must first sign in to, on its own site.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    #[schemars(default)]
    pub(crate) sign_on_needed: bool,
}

pub(crate) const fn first_page() -> u32 {
    1
}

pub(crate) const fn thirty() -> u32 {
    30
}

impl Paging {
    pub(crate) fn new(page: u32, per_page: u32) -> Result<Self, GithubError> {
        if page == 0 || !(1..=PER_PAGE_MAX).contains(&per_page) {
            let text = "page begins with 1, and perPage is 1 to 100.";
            return Err(GithubError::Arguments(text.to_owned()));
        }
        Ok(Self { page, per_page })
    }

    /// How many items came before this page.
    fn offset(self) -> usize {
        (self.page as usize - 1) * self.per_page as usize
    }
}

impl More {
    /// The page after, of the same size.
    fn after(paging: Paging, next_page: Option<u32>) -> Self {
        Self {
            next_page,
            next_per_page: next_page.map(|_| paging.per_page),
            sign_on_needed: false,
        }
    }

    /// The part after this one of a long text.
    pub(crate) fn part_after(number: u32, more: bool) -> Self {
        Self {
            next_page: more.then(|| number.saturating_add(1)),
            ..Self::default()
        }
    }

    /// What to tell the model.
    pub(crate) fn hint(&self) -> String {
        let next = match (self.next_page, self.next_per_page) {
            (Some(page), Some(per_page)) => {
                format!(" There is more: call again with page {page} and perPage {per_page}.")
            }
            (Some(page), None) => format!(" There is more: call again with page {page}."),
            (None, _) => String::new(),
        };
        let sign_on = match self.sign_on_needed {
            true => " Some organizations are left out until the person signs in to them at GitHub.",
            false => "",
        };
        next + sign_on
    }
}

/// The longest text inside each of so many items.
pub(crate) fn share(items: usize) -> usize {
    (ITEMS_BYTES_MAX / items.max(1))
        .saturating_sub(450)
        .clamp(120, 4_000)
}

/// Keeps as many items as there is room for, the first ones. Each comes with its place among the `seen` ones of
/// GitHub's page, from which some may have been left out; the rest can be had by what is returned.
fn fit<T: Serialize>(
    items: Vec<(usize, T)>,
    seen: usize,
    paging: Paging,
    next_page: Option<u32>,
) -> (Vec<T>, More) {
    let mut bytes = 0;
    let too_much = items.iter().find(|(_, item)| {
        bytes += serde_json::to_vec(item).map_or(0, |json| json.len() + 1);
        bytes > ITEMS_BYTES_MAX
    });
    let Some((place, _)) = too_much else {
        let kept = items.into_iter().map(|(_, item)| item).collect();
        return (kept, More::after(paging, next_page));
    };
    let (kept, more) = cut((*place).min(seen).max(1), paging);
    let items = items.into_iter().filter(|(place, _)| *place < kept);
    (items.map(|(_, item)| item).collect(), more)
}

/// Reads the items of a page, which is a list or has one in a field, as far as there is room for them. `read` may
/// leave items out.
pub(crate) fn read_page<T: Serialize>(
    reply: &Reply,
    field: Option<&str>,
    paging: Paging,
    read: impl Fn(Foreign<'_>) -> Result<Option<T>, GithubError>,
) -> Result<(Vec<T>, More), GithubError> {
    let items = reply.items(field)?;
    let read = items.iter().enumerate().filter_map(|(place, item)| {
        let item = read(Foreign(item)).transpose()?;
        Some(item.map(|item| (place, item)))
    });
    let read: Vec<_> = read.collect::<Result<_, _>>()?;
    let (kept, more) = fit(read, items.len(), paging, reply.next_page(paging.page));
    let more = More {
        sign_on_needed: reply.sign_on_needed,
        ..more
    };
    Ok((kept, more))
}

/// One page of a list that is here as a whole.
pub(crate) fn page_of<T: Serialize>(all: Vec<T>, paging: Paging) -> (Vec<T>, More) {
    let (offset, size) = (paging.offset(), paging.per_page as usize);
    let more = all.len() > offset.saturating_add(size);
    let page = all.into_iter().skip(offset).take(size);
    let page: Vec<_> = page.enumerate().collect();
    let seen = page.len();
    fit(
        page,
        seen,
        paging,
        more.then(|| paging.page.saturating_add(1)),
    )
}

/// Cuts a page after at most `fits` items where another size of page begins a page anew.
fn cut(fits: usize, paging: Paging) -> (usize, More) {
    let offset = paging.offset();
    let sizes = |kept: usize| {
        let total = offset + kept;
        let size = (1..=PER_PAGE_MAX as usize)
            .rev()
            .find(|size| total.is_multiple_of(*size));
        (kept, total, size.unwrap_or(1))
    };
    // A size that is worth asking for, or the best there is.
    let worth = fits.div_ceil(2);
    let cuts = || (1..=fits).rev().map(sizes);
    let cut = cuts().find(|(_, _, size)| *size >= worth);
    let best = || cuts().max_by_key(|(_, _, size)| *size);
    let (kept, total, size) = cut.or_else(best).unwrap_or((fits, offset + fits, 1));
    let more = More {
        next_page: u32::try_from(total / size + 1).ok(),
        next_per_page: u32::try_from(size).ok(),
        sign_on_needed: false,
    };
    (kept, more)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn paging(page: u32, per_page: u32) -> Paging {
        Paging::new(page, per_page).expect("good paging")
    }

    fn items(count: usize, bytes: usize) -> Vec<(usize, String)> {
        (0..count).map(|place| (place, "x".repeat(bytes))).collect()
    }

    #[test]
    fn what_fits_stays_whole() {
        let (kept, more) = fit(items(100, 100), 100, paging(1, 100), Some(2));
        assert_eq!(kept.len(), 100);
        let hint = " There is more: call again with page 2 and perPage 100.";
        assert_eq!(more.hint(), hint);
        let part = More::part_after(2, true);
        assert_eq!(part.hint(), " There is more: call again with page 3.");
        let (_, more) = fit(items(1, 1), 1, paging(1, 100), None);
        assert_eq!((more.hint(), more), (String::new(), More::default()));
    }

    #[test]
    fn wherever_a_page_is_cut_the_next_begins_right_there() {
        for page in 1..30 {
            for per_page in [1, 7, 30, 50, 97, 100] {
                for fits in 1..=per_page as usize {
                    let paging = paging(page, per_page);
                    let (kept, more) = cut(fits, paging);
                    let next = (more.next_page, more.next_per_page);
                    let (Some(next_page), Some(size)) = next else {
                        panic!("{paging:?} {fits}: {more:?}");
                    };
                    assert!((1..=fits).contains(&kept) && size <= 100);
                    let begins = (next_page as usize - 1) * size as usize;
                    assert_eq!(begins, paging.offset() + kept, "{paging:?} {fits}");
                }
            }
        }
    }

    #[test]
    fn a_whole_list_is_paged_to_its_end() {
        let all = || (0..25).collect::<Vec<_>>();
        for (page, expected, next) in [
            (1, 0..10, Some(2)),
            (3, 20..25, None),
            (4, 0..0, None),
            (u32::MAX, 0..0, None),
        ] {
            let (items, more) = page_of(all(), paging(page, 10));
            assert_eq!(
                (items, more.next_page),
                (expected.collect(), next),
                "{page}"
            );
        }
        assert_eq!(page_of(all(), paging(1, 25)).1, More::default());
    }

    #[test]
    fn items_left_out_before_count_as_seen() {
        // Every other item of GitHub's page was left out; 700 bytes each.
        let items = (0..50).map(|place| (place * 2, "x".repeat(700)));
        let (kept, more) = fit(items.collect(), 100, paging(1, 100), None);
        let (page, size) = (more.next_page.unwrap_or(0), more.next_per_page.unwrap_or(0));
        let begins = (page as usize - 1) * size as usize;
        assert_eq!(kept.len(), begins.div_ceil(2));
        assert!(kept.len() * 700 <= ITEMS_BYTES_MAX);
    }

    #[test]
    fn one_item_stays_even_if_it_is_too_long() {
        let (kept, more) = fit(items(2, 20_000), 2, paging(1, 2), None);
        assert_eq!(kept.len(), 1);
        assert_eq!((more.next_page, more.next_per_page), (Some(2), Some(1)));
    }

    #[test]
    fn pages_that_cannot_be_are_refused() {
        for (page, per_page) in [(0, 30), (1, 0), (1, 101), (1, u32::MAX)] {
            assert!(Paging::new(page, per_page).is_err(), "{page} {per_page}");
        }
    }
}
