//! The text of a vector graphic, made of the few shapes that pictures need.

use super::stored::Colour;

/// A graphic that is being written.
pub(super) struct Svg {
    text: String,
}

/// A place on a graphic, or a distance.
pub(super) type Point = (f64, f64);

impl Svg {
    /// A graphic of this size, in its own units, which is shown so wide and high unless somebody says otherwise.
    pub(super) fn new(size: (u32, u32), shown: (u32, u32), language: &str) -> Self {
        let ((width, height), (shown_width, shown_height)) = (size, shown);
        let language = escape(language);
        Self {
            text: format!(
                "<svg xmlns=\"http://www.w3.org/2000/svg\" xml:lang=\"{language}\" width=\"{shown_width}\" height=\"{shown_height}\" viewBox=\"0 0 {width} {height}\">"
            ),
        }
    }

    /// The whole graphic as text.
    pub(super) fn finish(mut self) -> String {
        self.text.push_str("</svg>");
        self.text
    }

    /// Elements as they are written.
    pub(super) fn put(&mut self, elements: &str) {
        self.text.push_str(elements);
    }

    /// A gradient from top to bottom, to be filled with as `url(#id)`.
    pub(super) fn gradient(&mut self, id: &str, from: (Colour, f64), to: (Colour, f64)) {
        let stop = |offset: u8, (color, opacity): (Colour, f64)| {
            let opacity = number(opacity);
            format!("<stop offset=\"{offset}\" stop-color=\"{color}\" stop-opacity=\"{opacity}\"/>")
        };
        let (from, to) = (stop(0, from), stop(1, to));
        self.put(&format!(
            "<linearGradient id=\"{id}\" x1=\"0\" y1=\"0\" x2=\"0\" y2=\"1\">{from}{to}</linearGradient>"
        ));
    }

    /// A rectangle, filled with a colour or a gradient.
    pub(super) fn rect(&mut self, (x, y): Point, (width, height): Point, fill: &str) {
        let [x, y, width, height] = [x, y, width, height].map(number);
        self.put(&format!(
            "<rect x=\"{x}\" y=\"{y}\" width=\"{width}\" height=\"{height}\" fill=\"{fill}\"/>"
        ));
    }

    /// A block of one colour.
    pub(super) fn block(&mut self, at: Point, size: Point, color: Colour) {
        self.rect(at, size, &color.to_string());
    }

    /// A disc around a centre.
    pub(super) fn circle(&mut self, (x, y): Point, radius: f64, color: Colour) {
        let [x, y, radius] = [x, y, radius].map(number);
        self.put(&format!(
            "<circle cx=\"{x}\" cy=\"{y}\" r=\"{radius}\" fill=\"{color}\"/>"
        ));
    }

    /// What a path encloses.
    pub(super) fn path(&mut self, path: &str, color: Colour) {
        self.put(&format!("<path d=\"{path}\" fill=\"{color}\"/>"));
    }

    /// What a path encloses, moved and turned: the path is around the centre of its own.
    pub(super) fn turned(&mut self, center: Point, degrees: f64, path: &str, color: Colour) {
        let turn = turn(center, degrees);
        self.put(&format!(
            "<path transform=\"{turn}\" d=\"{path}\" fill=\"{color}\"/>"
        ));
    }

    /// The line of a path, moved and turned.
    pub(super) fn turned_line(
        &mut self,
        center: Point,
        degrees: f64,
        path: &str,
        (width, color): (f64, Colour),
    ) {
        let (turn, width) = (turn(center, degrees), number(width));
        self.put(&format!(
            "<path transform=\"{turn}\" d=\"{path}\" fill=\"none\" stroke=\"{color}\" stroke-width=\"{width}\"/>"
        ));
    }

    /// What lies between corners.
    pub(super) fn polygon(&mut self, corners: &[Point], color: Colour) {
        let corners = corners.iter().map(|corner| place(*corner));
        let corners: Vec<String> = corners.collect();
        self.path(&format!("M{}Z", corners.join("L")), color);
    }

    /// What lies below a line that goes from left to right without edges: the first and the last corner are at the
    /// bottom.
    pub(super) fn below(&mut self, line: &[Point], bottom: (Point, Point), color: Colour) {
        let (Some(first), Some(last)) = (line.first(), line.last()) else {
            return;
        };
        let mut path = format!("M{}L{}", place(bottom.0), place(*first));
        for pair in line.windows(2).skip(1) {
            let [(x, y), (next_x, next_y)] = [pair[0], pair[1]];
            let middle = (f64::midpoint(x, next_x), f64::midpoint(y, next_y));
            path.extend(["Q", &place((x, y)), " ", &place(middle)]);
        }
        path.extend(["L", &place(*last), "L", &place(bottom.1), "Z"]);
        self.path(&path, color);
    }
}

fn turn((x, y): Point, degrees: f64) -> String {
    let [x, y, degrees] = [x, y, degrees].map(number);
    format!("translate({x} {y}) rotate({degrees})")
}

/// A place, as paths have it.
pub(super) fn place((x, y): Point) -> String {
    format!("{} {}", number(x), number(y))
}

/// A number with one digit behind the point, which is less than anybody sees.
pub(super) fn number(number: f64) -> String {
    let text = format!("{number:.1}");
    text.strip_suffix(".0").unwrap_or(&text).to_owned()
}

/// Text as it may stand in XML 1.0, where some characters may not stand at all.
pub(super) fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            '\u{fffe}' | '\u{ffff}' => {}
            c if c.is_control() => {}
            c => escaped.push(c),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_xml_reserves_is_escaped_and_what_it_forbids_is_left_out() {
        assert_eq!(
            escape("<b a=\"1\" c='2'>&amp;</b>"),
            "&lt;b a=&quot;1&quot; c=&#39;2&#39;&gt;&amp;amp;&lt;/b&gt;"
        );
        assert_eq!(escape("a\u{0}b\u{1b}c\u{ffff}d\n"), "abcd");
        assert_eq!(escape("Ü 王菲 😀"), "Ü 王菲 😀");
    }

    #[test]
    fn numbers_are_short() {
        assert_eq!(
            [3.0, 3.26, -0.5, 1_000.06].map(number),
            ["3", "3.3", "-0.5", "1000.1"]
        );
    }
}
