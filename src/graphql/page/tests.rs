//! Which pages may be asked for, and what is on them.

use super::*;

static ORDER: Order = Order::by_number("numbers");

fn forward(first: Option<i32>, after: Option<String>) -> PageArgs {
    PageArgs::both(first, after, None, None)
}

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
        window(forward(Some(100), cursor())).unwrap(),
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
            code_and_field(forward(Some(first), None)),
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
        code_and_field(forward(None, Some("nonsense".into()))),
        refused("BAD_CURSOR", "after")
    );
    let before = PageArgs {
        before: Some("nonsense".into()),
        ..PageArgs::default()
    };
    assert_eq!(code_and_field(before), refused("BAD_CURSOR", "before"));
}

fn leaf(list: &str, after: Option<&Cursor>) -> async_graphql::Result<ListPage> {
    let args = forward(Some(2), after.map(Cursor::to_string));
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

/// The same from the end, or from before a row.
fn leafed_back(
    list: &str,
    before: Option<&Cursor>,
    rows: &[i64],
) -> (Vec<i64>, [bool; 2], Vec<Cursor>) {
    let args = PageArgs::both(None, None, Some(2), before.map(Cursor::to_string));
    let page = args.of_list(&ORDER, list, 20).unwrap();
    assert!(page.reach() >= rows.len());
    let slice = page.of(rows.iter().copied(), |row| *row);
    let has_next = page.window().start.is_some();
    let (cursors, found) = slice.rows.into_iter().unzip();
    (found, [slice.has_more, has_next], cursors)
}

#[test]
fn a_list_that_changes_is_gone_back_through_as_it_was_given() {
    let mut after = None;
    let mut cursors = Vec::new();
    for _ in 0..3 {
        let page = leaf("a", after.as_ref()).unwrap();
        let slice = page.of([1, 2, 3, 4, 5, 6, 7], |row| *row);
        cursors.extend(slice.rows.into_iter().map(|(cursor, _)| cursor));
        after = cursors.last().cloned();
    }
    assert_eq!(cursors.len(), 6);

    // 3 was watched, 8 is new, and the list is in another order.
    let now = [8, 7, 6, 5, 4, 2, 1];
    let (found, ends, back) = leafed_back("a", Some(&cursors[5]), &now);
    assert_eq!((found, ends), (vec![4, 5], [true, true]));
    let (found, ends, first) = leafed_back("a", Some(&back[0]), &now);
    assert_eq!((found, ends), (vec![1, 2], [false, true]));
    let (found, ends, _) = leafed_back("a", Some(&first[0]), &now);
    assert_eq!((found, ends), (vec![], [false, true]));

    // Whoever turns round gets what they had not.
    let (onward, ..) = leafed(&leaf("a", Some(&back[1])).unwrap(), &now);
    assert_eq!(onward, [8, 7]);
    let (onward, ..) = leafed(&leaf("a", Some(&first[1])).unwrap(), &now);
    assert_eq!(onward, [8, 7]);
}

#[test]
fn a_list_that_is_made_anew_is_gone_through_from_its_end() {
    let rows = [1, 2, 3, 4, 5];

    let (last, ends, cursors) = leafed_back("a", None, &rows);
    assert_eq!((last, ends), (vec![4, 5], [true, false]));
    let (before, ends, cursors) = leafed_back("a", Some(&cursors[0]), &rows);
    assert_eq!((before, ends), (vec![2, 3], [true, true]));
    let (first, ends, _) = leafed_back("a", Some(&cursors[0]), &rows);
    assert_eq!((first, ends), (vec![1], [false, true]));
    // A row has one cursor, from whichever end it was come to.
    let (_, _, onward) = leafed(&leaf("a", None).unwrap(), &rows);
    assert_eq!(onward.unwrap().to_string(), cursors[0].to_string());
}

#[test]
fn what_other_lists_gave_is_not_gone_back_to() {
    let rows = [1, 2, 3, 4, 5, 6];
    let page = |args: PageArgs| {
        let page = args.of_list(&ORDER, "a", 20).unwrap().beside([2, 5]);
        let slice = page.of(rows, |row| *row);
        let (cursors, found): (Vec<Cursor>, Vec<i64>) = slice.rows.into_iter().unzip();
        (found, slice.has_more, cursors)
    };
    let before = |cursor: &Cursor| PageArgs::both(None, None, Some(2), Some(cursor.to_string()));

    let (first, _, cursors) = page(forward(Some(3), None));
    assert_eq!(first, [1, 3, 4]);
    let (found, has_more, _) = page(before(&cursors[2]));
    assert_eq!((found, has_more), (vec![1, 3], false));
    let (last, has_more, cursors) = page(PageArgs::both(None, None, Some(2), None));
    assert_eq!((last, has_more), (vec![4, 6], true));
    let (found, has_more, _) = page(before(&cursors[0]));
    assert_eq!((found, has_more), (vec![1, 3], false));
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
