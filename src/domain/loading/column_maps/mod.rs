//! What the columns of other people's files mean, as data: maps of IMDb's data sets and TMDB's daily exports, and those of
//! one's own.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::Deserialize;
use serde_json::{Map, Value};

use super::cells::text;
use super::checks::{is_identifying, is_zero, normal_id};
use super::fields::shown;
use super::mapped_roles::{MapCredit, MappedCredit, role_of};
use super::problem::Problem;
use super::source::Format;
use super::table::value;
use crate::domain::catalog::{ExternalId, TitleKind};

/// The most files of a map, and columns of a file.
const MOST: usize = 100;

/// What the columns of some files mean. All of them name titles by ids of one provider.
#[derive(Debug, Clone)]
pub struct ColumnMap {
    files: Vec<Arc<FileMap>>,
}

/// A map as it is written down.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    provider: String,
    files: Vec<FileMap>,
}

/// What the columns of a file mean, or the fields of its objects.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FileMap {
    /// Who gave the ids.
    #[serde(skip)]
    provider: String,
    /// How the name of the file begins; that of any file if it is empty.
    #[serde(default)]
    name: String,
    format: MapFormat,
    rows: RowsAre,
    /// The column with the id.
    key: String,
    #[serde(default)]
    kind: Option<MapKind>,
    /// The column with the id of the series.
    #[serde(default)]
    parent: Option<String>,
    /// Columns and what may stand in them; other rows are passed over.
    #[serde(default)]
    only: BTreeMap<String, Vec<String>>,
    /// Of rows that name one person each: who it is, and in which role.
    #[serde(default)]
    credit: Option<MapCredit>,
    #[serde(default)]
    columns: Vec<MapColumn>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
enum MapFormat {
    /// Cells between tabs; quotation marks are part of them.
    Tsv,
    Csv,
    Ndjson,
}

/// What the rows of a file are, in the order in which files are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum RowsAre {
    /// Titles: those that are not there are new.
    Titles,
    /// Facts of titles that are there.
    Facts,
    /// People, of whom those count whom rows of credits name.
    Names,
    /// Who took part in titles that are there, by ids.
    Credits,
    /// Episodes of series that are there.
    Episodes,
    /// Ids of titles that are there, known by their names.
    Ids,
    /// Ids of people who are there, known by their names.
    People,
}

/// Whether a row is of a film or a series.
#[derive(Debug, Clone, Deserialize)]
#[serde(untagged)]
enum MapKind {
    All {
        is: TitleKind,
    },
    /// Rows with another value are passed over.
    ByColumn {
        column: String,
        values: BTreeMap<String, TitleKind>,
    },
}

/// What a column means.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct MapColumn {
    column: String,
    /// The field of a record that it is, with dots between the names of fields in objects.
    field: String,
    /// Of which kind of titles it is a field.
    #[serde(default)]
    of: Option<TitleKind>,
    /// What stands between the entries of a list.
    #[serde(default)]
    split: Option<String>,
    /// The column that says in which language it is; a cell in none is passed over.
    #[serde(default)]
    language: Option<String>,
}

/// A row of a file: what it is of, and what it says in our fields.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Mapped {
    pub(super) id: ExternalId,
    /// `None`: it does not say.
    pub(super) kind: Option<TitleKind>,
    /// The id of its series.
    pub(super) parent: Option<ExternalId>,
    /// Who took part in it.
    pub(super) credits: Vec<MappedCredit>,
    pub(super) fields: Map<String, Value>,
}

impl ColumnMap {
    /// The maps that come with the program.
    pub fn shipped() -> Vec<Self> {
        ["imdb", "tmdb"]
            .into_iter()
            .filter_map(Self::find_shipped)
            .collect()
    }

    /// A map that comes with the program, by its name.
    pub fn find_shipped(name: &str) -> Option<Self> {
        let text = match name {
            "imdb" => include_str!("imdb.json"),
            "tmdb" => include_str!("tmdb.json"),
            _ => return None,
        };
        Self::read(text).ok()
    }

    /// Reads a map, which is JSON; or why it is none, as a sentence.
    pub fn read(text: &str) -> Result<Self, String> {
        let written: Written =
            serde_json::from_str(text).map_err(|error| format!("is no map of columns: {error}"))?;
        let provider = written.provider;
        let id = ExternalId {
            provider: provider.clone(),
            value: String::new(),
        };
        if !is_identifying(&id) {
            let reason = "is not imdb, tmdb, tvdb or wikidata, whose ids are of one thing only";
            return Err(format!("provider: “{provider}” {reason}"));
        }
        if written.files.is_empty() || written.files.len() > MOST {
            return Err(format!("files: there are not 1 to {MOST} of them"));
        }
        let mut files = Vec::new();
        for (number, file) in (1..).zip(written.files) {
            if let Some(problem) = file.problem() {
                return Err(format!("file {number}: {problem}"));
            }
            files.push(Arc::new(FileMap {
                provider: provider.clone(),
                ..file
            }));
        }
        Ok(Self { files })
    }

    /// What the columns of a file of this name mean.
    pub fn of_file(&self, name: &str) -> Option<Arc<FileMap>> {
        let mut files = self.files.iter();
        files.find(|file| name.starts_with(&file.name)).cloned()
    }

    /// What the columns of a file with this first line mean.
    pub fn of_beginning(&self, line: &str) -> Option<Arc<FileMap>> {
        self.files.iter().find(|file| file.fits(line)).cloned()
    }
}

impl FileMap {
    /// Whether a first line has all that is needed: the names of columns, or the fields of an object.
    fn fits(&self, line: &str) -> bool {
        let wanted = self.wanted();
        if self.format == MapFormat::Ndjson {
            let object: Map<String, Value> = serde_json::from_str(line).unwrap_or_default();
            return wanted.iter().all(|name| object.contains_key(name));
        }
        let names = line.split(char::from(self.separator()));
        let names: Vec<&str> = names.map(|name| name.trim().trim_matches('"')).collect();
        wanted.iter().all(|name| names.contains(&name.as_str()))
    }

    /// How its rows are written down.
    pub fn format(&self) -> Format {
        match self.format {
            MapFormat::Tsv | MapFormat::Csv => Format::Table,
            MapFormat::Ndjson => Format::Lines,
        }
    }

    pub(super) fn provider(&self) -> &str {
        &self.provider
    }

    pub(super) fn rows(&self) -> RowsAre {
        self.rows
    }

    /// Whether each of its rows names one person; else it has all of a title.
    pub(super) fn is_of_one_person(&self) -> bool {
        self.credit.is_some()
    }

    /// Whether its rows say how many voted for a title.
    pub(super) fn says_votes(&self) -> bool {
        let is_of_title = matches!(self.rows, RowsAre::Titles | RowsAre::Facts);
        let mut fields = self.columns.iter().map(|column| column.field.as_str());
        let is_votes = |field: &str| {
            let score = field.strip_prefix("scores.");
            score
                .and_then(|it| it.rsplit_once('.'))
                .is_some_and(|it| it.1 == "votes")
        };
        is_of_title && fields.any(is_votes)
    }

    /// What stands between the cells of a line.
    pub(super) fn separator(&self) -> u8 {
        match self.format {
            MapFormat::Tsv => b'\t',
            MapFormat::Csv | MapFormat::Ndjson => b',',
        }
    }

    /// The columns without which nothing can be read.
    pub(super) fn wanted(&self) -> Vec<String> {
        let kind = match &self.kind {
            Some(MapKind::ByColumn { column, .. }) => Some(column),
            Some(MapKind::All { .. }) | None => None,
        };
        let one = [Some(&self.key), self.parent.as_ref(), kind].into_iter();
        let of_fields = self.columns.iter().map(|column| &column.column);
        let languages = self.columns.iter().filter_map(|it| it.language.as_ref());
        let only = self.only.keys();
        let credit = self.credit.iter().flat_map(MapCredit::wanted);
        let all = one.flatten().chain(of_fields).chain(languages).chain(only);
        all.chain(credit).cloned().collect()
    }

    /// What is wrong with it.
    fn problem(&self) -> Option<String> {
        let has = |field: &str| self.columns.iter().any(|column| column.field == field);
        let needs = |what: &str| Some(format!("{what} is missing, which such rows need"));
        let is_far = |column: &MapColumn| column.field.split('.').count() > 3;
        let is_empty = self.columns.is_empty() && self.credit.is_none();
        if is_empty || self.columns.len() > MOST {
            return Some(format!("columns: there are not 1 to {MOST} of them"));
        }
        if let Some(column) = self.columns.iter().find(|column| is_far(column)) {
            return Some(format!("field: “{}” has too many dots", column.field));
        }
        let has_empty_split = |column: &MapColumn| column.split.as_deref() == Some("");
        if self.columns.iter().any(has_empty_split) {
            return Some("split: is empty".to_owned());
        }
        match self.rows {
            RowsAre::Titles | RowsAre::Ids if self.kind.is_none() => needs("kind"),
            RowsAre::Titles | RowsAre::Ids if !has("title") => needs("a column of the field title"),
            RowsAre::People | RowsAre::Names if !has("name") => needs("a column of the field name"),
            RowsAre::Episodes if self.parent.is_none() => needs("parent"),
            RowsAre::Episodes if !(has("season") && has("episode")) => {
                needs("a column of the fields season and episode")
            }
            RowsAre::Credits => self.problem_of_roles(),
            _ if self.credit.is_some() => {
                Some("credit: is of rows of credits alone, which these are not".to_owned())
            }
            _ => None,
        }
    }

    fn problem_of_roles(&self) -> Option<String> {
        let of_columns = self.columns.iter().map(|column| &column.field);
        let of_credit = self.credit.iter().flat_map(MapCredit::fields);
        let mut roles = of_columns.chain(of_credit);
        let unknown = roles.find(|field| role_of(field).is_none())?;
        Some(format!("field: “{unknown}” is no list of people"))
    }

    /// What a row says, or why it is of nothing; `None` if it is passed over.
    pub(super) fn read(&self, cells: &Map<String, Value>) -> Option<Result<Mapped, Problem>> {
        let is_wanted = |(column, values): (&String, &Vec<String>)| {
            let cell = text(cells, column).unwrap_or_default();
            values.contains(&cell)
        };
        if !self.only.iter().all(is_wanted) {
            return None;
        }
        let kind = match &self.kind {
            None => None,
            Some(MapKind::All { is }) => Some(*is),
            Some(MapKind::ByColumn { column, values }) => Some(*values.get(&text(cells, column)?)?),
        };
        if self
            .credit
            .as_ref()
            .is_some_and(|credit| credit.role(cells).is_none())
        {
            return None;
        }
        Some(self.read_row(kind, cells))
    }

    fn read_row(
        &self,
        kind: Option<TitleKind>,
        cells: &Map<String, Value>,
    ) -> Result<Mapped, Problem> {
        let mut fields = Map::new();
        for column in &self.columns {
            // Of credits they are no values of fields, but ids.
            if self.rows != RowsAre::Credits && column.of.is_none_or(|of| Some(of) == kind) {
                self.put(column, cells, &mut fields);
            }
        }
        let parent = self.parent.as_ref();
        Ok(Mapped {
            id: self.id(&self.key, cells)?,
            kind,
            parent: parent.map(|parent| self.id(parent, cells)).transpose()?,
            credits: self.credits(cells)?,
            fields,
        })
    }

    /// The id in a column, in its one spelling.
    fn id(&self, column: &str, cells: &Map<String, Value>) -> Result<ExternalId, Problem> {
        let written =
            text(cells, column).ok_or_else(|| Problem::new(column, "is missing or empty"))?;
        self.id_of(column, &written)
    }

    fn id_of(&self, column: &str, written: &str) -> Result<ExternalId, Problem> {
        let provider = self.provider.clone();
        let normal = normal_id(&provider, written).filter(|id| !is_zero(id));
        let value = normal.ok_or_else(|| {
            let written = Value::from(written);
            let reason = format!("is {}, not an id of {provider}", shown(&written));
            Problem::new(column, reason).with_value(&written)
        })?;
        Ok(ExternalId { provider, value })
    }

    /// Whom a row of credits names.
    fn credits(&self, cells: &Map<String, Value>) -> Result<Vec<MappedCredit>, Problem> {
        if self.rows != RowsAre::Credits {
            return Ok(Vec::new());
        }
        let mut credits = Vec::new();
        if let Some(credit) = &self.credit
            && let Some(role) = credit.role(cells)
        {
            credits.push(MappedCredit {
                role,
                person: self.id(&credit.person, cells)?.value,
                character: credit.character(cells),
                order: credit.order(cells),
            });
        }
        for column in &self.columns {
            let (Some(role), Some(cell)) = (role_of(&column.field), text(cells, &column.column))
            else {
                continue;
            };
            let people: Vec<&str> = match &column.split {
                Some(split) => cell.split(split.as_str()).collect(),
                None => vec![cell.as_str()],
            };
            for (order, person) in (0..).zip(people) {
                credits.push(MappedCredit {
                    role,
                    person: self.id_of(&column.column, person.trim())?.value,
                    character: None,
                    order,
                });
            }
        }
        Ok(credits)
    }

    fn put(&self, column: &MapColumn, cells: &Map<String, Value>, fields: &mut Map<String, Value>) {
        let Some(cell) = text(cells, &column.column) else {
            return;
        };
        let mut path: Vec<&str> = column.field.split('.').collect();
        let language = match &column.language {
            None => None,
            Some(language) => match text(cells, language) {
                None => return,
                language => language,
            },
        };
        let last = path.last().copied().unwrap_or_default();
        let said = match (&column.split, cells.get(&column.column)) {
            (Some(split), _) => cell.split(split.as_str()).map(Value::from).collect(),
            (None, Some(said)) if self.format == MapFormat::Ndjson => said.clone(),
            (None, _) => value(last, &cell),
        };
        path.extend(language.as_deref());
        insert(fields, &path, said);
    }
}

impl Mapped {
    /// Takes over what another row says of the same, but for what is said already.
    pub(super) fn add(&mut self, other: Self) {
        merge(&mut self.fields, other.fields);
        self.credits.extend(other.credits);
    }
}

fn merge(fields: &mut Map<String, Value>, others: Map<String, Value>) {
    for (name, other) in others {
        match (fields.get_mut(&name), other) {
            (Some(Value::Object(inner)), Value::Object(other)) => merge(inner, other),
            (Some(_), _) => {}
            (None, other) => drop(fields.insert(name, other)),
        }
    }
}

fn insert(fields: &mut Map<String, Value>, path: &[&str], said: Value) {
    match path {
        [] => {}
        [name] => drop(fields.insert((*name).to_owned(), said)),
        [name, rest @ ..] => {
            let inner = fields
                .entry(*name)
                .or_insert_with(|| Value::Object(Map::new()));
            if let Value::Object(inner) = inner {
                insert(inner, rest, said);
            }
        }
    }
}

#[cfg(test)]
mod tests;
