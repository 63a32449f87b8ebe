//! Which pages may be asked for, and what is on them.

use super::*;

static ORDER: Order = Order::by_number("numbers");

fn window(args: PageArgs) -> async_graphql::Result<Window> {
    Ok(args.window(&ORDER, 20)?)
}

fn code_and_field(args: PageArgs) -> (String, String) {
    let extensions = window(args).unwrap_err().extensions.unwrap();
    let text = |name| match extensions.get(name) {
        Some(async_graphql::Value::String(text)) => text.clone(),
        other => panic!("{name} is {other:?}"),
    };
    (text("code"), text("field"))
}

fn refused(code: &str, field: &str) -> (String, String) {
    (code.into(), field.into())
}

#[test]
fn a_page_has_a_size_and_a_direction() {
    let cursor = || Some(ORDER.cursor(Keyset::by_number(5, 1)).to_string());
    let start = Keyset::by_number(5, 1);

    assert_eq!(window(PageArgs::default()).unwrap(), Window::first(20));
    assert_eq!(
        window(PageArgs::forward(Some(100), cursor())).unwrap(),
        Window::after(100, start.clone())
    );
    let backward = PageArgs {
        last: Some(1),
        before: cursor(),
        ..PageArgs::default()
    };
    let expected = Window {
        limit: 1,
        start: Some(start),
        direction: Direction::Backward,
    };
    assert_eq!(window(backward).unwrap(), expected);
}

#[test]
fn an_impossible_page_is_refused_by_name() {
    let last = |last| PageArgs {
        last: Some(last),
        ..PageArgs::default()
    };
    for first in [i32::MIN, -1, 0, 101] {
        assert_eq!(
            code_and_field(PageArgs::forward(Some(first), None)),
            refused("OUT_OF_RANGE", "first")
        );
    }
    assert_eq!(code_and_field(last(0)), refused("OUT_OF_RANGE", "last"));
    let both = PageArgs {
        first: Some(1),
        ..last(1)
    };
    assert_eq!(code_and_field(both), refused("INVALID", "first"));
    assert_eq!(
        code_and_field(PageArgs::forward(None, Some("nonsense".into()))),
        refused("BAD_CURSOR", "after")
    );
    let before = PageArgs {
        before: Some("nonsense".into()),
        ..PageArgs::default()
    };
    assert_eq!(code_and_field(before), refused("BAD_CURSOR", "before"));
}

fn leaf(list: &str, after: Option<&Cursor>) -> async_graphql::Result<ListPage> {
    let args = PageArgs::forward(Some(2), after.map(Cursor::to_string));
    Ok(args.of_list(&ORDER, list, 20)?)
}

fn leafed(page: &ListPage, rows: &[i64]) -> (Vec<i64>, bool, Option<Cursor>) {
    let slice = page.of(rows.iter().copied(), |row| *row);
    let last = slice.rows.last().map(|(cursor, _)| cursor.clone());
    let rows = slice.rows.into_iter().map(|(_, row)| row).collect();
    (rows, slice.has_more, last)
}

#[test]
fn a_list_that_changes_gives_nothing_twice_and_leaves_nothing_out() {
    let (first, more, last) = leafed(&leaf("a", None).unwrap(), &[1, 2, 3, 4, 5]);
    assert_eq!((first, more), (vec![1, 2], true));

    // 1 was watched, 6 is new, and 2 is not as good as it was.
    let page = leaf("a", last.as_ref()).unwrap();
    let (second, more, last) = leafed(&page, &[4, 6, 3, 2, 5]);
    assert_eq!((second, more), (vec![4, 6], true));

    let page = leaf("a", last.as_ref()).unwrap();
    let (third, more, _) = leafed(&page, &[5, 6, 4, 3, 2]);
    assert_eq!((third, more), (vec![5, 3], false));
    assert!(page.window().start.is_some());
}

#[test]
fn a_cursor_is_of_one_list() {
    let (.., last) = leafed(&leaf("a", None).unwrap(), &[1, 2, 3]);

    assert!(leaf("a", last.as_ref()).is_ok());
    assert!(leaf("b", last.as_ref()).is_err());
}

#[test]
fn a_page_in_memory_follows_its_cursor() {
    let keyset = |row: &(i64, i64)| Keyset::by_number(row.0, row.1);
    let rows = [(9, 1), (9, 4), (7, 2), (3, 3)];
    let after = |start, limit| {
        let window = Window::after(limit, keyset(&start));
        let slice = page_of(rows, &window, Sorted::Descending, keyset);
        (slice.rows, slice.has_more)
    };

    assert_eq!(after((9, 1), 2), (vec![(9, 4), (7, 2)], true));
    assert_eq!(after((9, 2), 2), (vec![(9, 4), (7, 2)], true));
    assert_eq!(after((7, 2), 2), (vec![(3, 3)], false));
    assert_eq!(after((3, 3), 2), (vec![], false));
    let before = |start: Option<_>, limit| {
        let window = Window {
            limit,
            start: start.map(|start| keyset(&start)),
            direction: Direction::Backward,
        };
        let slice = page_of(rows, &window, Sorted::Descending, keyset);
        (slice.rows, slice.has_more)
    };

    assert_eq!(before(None, 2), (vec![(7, 2), (3, 3)], true));
    assert_eq!(before(Some((7, 2)), 2), (vec![(9, 1), (9, 4)], false));
    assert_eq!(before(Some((9, 2)), 2), (vec![(9, 1)], false));
    assert_eq!(before(Some((3, 3)), 2), (vec![(9, 4), (7, 2)], true));
}
