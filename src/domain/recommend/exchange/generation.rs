//! Reading a generation of edges: all of it is checked before anything is done with it.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::io::{self, BufRead, Read};

use chrono::{DateTime, Utc};
use sha2::{Digest, Sha256};

use super::edge_line::EdgeLine;
use super::folder::{ExchangeFolder, FileProblem};
use super::manifest::{EdgeFile, MANIFEST, Manifest};
use crate::domain::ids::TitleId;
use crate::domain::recommend::graph::{Incoming, Outgoing, Solution, Weight};
use crate::domain::recommend::similar::EDGES;
use crate::domain::text::hex;

/// How long a line may be, in bytes. Those that are written have no more than 300.
const LONGEST: usize = 4096;

/// A generation in which nothing was found wrong.
#[derive(Debug, Clone, PartialEq)]
pub struct CheckedGeneration {
    pub(super) solutions: Vec<Solution>,
    /// The moment before the first watch was read for it.
    pub computed_at: DateTime<Utc>,
    /// How many edges it has.
    pub edges: u64,
    /// How many titles there were when it was computed.
    pub titles: u64,
}

/// Reads a generation of edges between titles that are known. `None`: something is wrong, and all that is was told.
pub(super) fn read(
    folder: &dyn ExchangeFolder,
    known: &HashSet<TitleId>,
    now: DateTime<Utc>,
    tell: &mut dyn FnMut(FileProblem),
) -> Option<CheckedGeneration> {
    let manifest = folder
        .open(MANIFEST)
        .map_err(|error| format!("cannot be opened: {error}"))
        .and_then(Manifest::read);
    let manifest = match manifest {
        Ok(manifest) => manifest,
        Err(reason) => {
            tell(FileProblem::new(MANIFEST, None, reason));
            return None;
        }
    };
    let problems = manifest.problems(now);
    let mut reader = Reader {
        known,
        tell,
        problems: problems.len(),
        last: None,
        into: HashMap::new(),
        out_of: 0,
        solutions: BTreeMap::new(),
    };
    for problem in problems {
        (reader.tell)(FileProblem::new(MANIFEST, None, problem));
    }
    for file in &manifest.files {
        reader.read_file(folder, file);
    }
    (reader.problems == 0).then(|| CheckedGeneration {
        solutions: reader.solutions.into_values().collect(),
        computed_at: manifest.computed_at,
        edges: manifest.edges,
        titles: manifest.titles,
    })
}

struct Reader<'a> {
    known: &'a HashSet<TitleId>,
    tell: &'a mut dyn FnMut(FileProblem),
    problems: usize,
    /// From and to of the edge before.
    last: Option<(TitleId, TitleId)>,
    /// How many weights lead to each title.
    into: HashMap<TitleId, usize>,
    /// How many affinities the title of the edge before has.
    out_of: usize,
    solutions: BTreeMap<TitleId, Solution>,
}

impl Reader<'_> {
    fn refuse(&mut self, file: &str, line: Option<u64>, reason: impl AsRef<str>) {
        self.problems += 1;
        (self.tell)(FileProblem::new(file, line, reason));
    }

    fn read_file(&mut self, folder: &dyn ExchangeFolder, file: &EdgeFile) {
        let lines = folder.open(&file.name);
        let read = lines.and_then(|reader| self.read_lines(&file.name, reader));
        match read {
            Err(error) => self.refuse(&file.name, None, format!("cannot be read: {error}")),
            Ok((lines, sha256)) => {
                if lines != file.edges {
                    let reason = format!(
                        "it has {lines} lines, and {} edges by {MANIFEST}",
                        file.edges
                    );
                    self.refuse(&file.name, None, reason);
                }
                if sha256 != file.sha256 {
                    let reason =
                        format!("its SHA-256 is {sha256}, and {} by {MANIFEST}", file.sha256);
                    self.refuse(&file.name, None, reason);
                }
            }
        }
    }

    /// Says how many lines there are, and the hash of all.
    fn read_lines(
        &mut self,
        name: &str,
        mut reader: Box<dyn BufRead + Send + '_>,
    ) -> io::Result<(u64, String)> {
        let mut hash = Sha256::new();
        let mut buffer = Vec::new();
        for line in 1.. {
            buffer.clear();
            let most = LONGEST as u64 + 1;
            reader.by_ref().take(most).read_until(b'\n', &mut buffer)?;
            if buffer.is_empty() {
                return Ok((line - 1, hex(&hash.finalize())));
            }
            hash.update(&buffer);
            let is_whole = buffer.pop_if(|last| *last == b'\n').is_some();
            if buffer.len() > LONGEST {
                return Err(io::Error::other(format!(
                    "line {line} is longer than {LONGEST} bytes"
                )));
            }
            if !is_whole {
                self.refuse(name, Some(line), "it does not end: the file was cut off");
            }
            match serde_json::from_slice::<EdgeLine>(&buffer) {
                Ok(edge) => self.take(name, line, edge),
                Err(error) => self.refuse(name, Some(line), format!("it is no edge: {error}")),
            }
        }
        Ok((u64::MAX, String::new()))
    }

    fn take(&mut self, name: &str, line: u64, edge: EdgeLine) {
        let line = Some(line);
        if let Some(problem) = edge.problem() {
            self.refuse(name, line, problem);
        }
        for id in [edge.from, edge.to] {
            if !self.known.contains(&id) {
                self.refuse(name, line, format!("there is no title with the id {id}"));
            }
        }
        let key = (edge.from, edge.to);
        match self.last {
            Some(last) if last == key => self.refuse(name, line, "the edge is there twice"),
            Some(last) if last > key => self.refuse(
                name,
                line,
                "it is not in order: edges go by the ids of their start, then of their end",
            ),
            _ => {}
        }
        if self.last.is_none_or(|(from, _)| from != edge.from) {
            self.out_of = 0;
        }
        self.last = Some(key);
        if edge.weights() != Weight::default() {
            let into = self.into.entry(edge.to).or_default();
            *into += 1;
            if *into == EDGES + 1 {
                let reason = format!("more than {EDGES} weights lead to the title {}", edge.to);
                self.refuse(name, line, reason);
            }
        }
        if edge.affinity != 0.0 {
            self.out_of += 1;
            if self.out_of == EDGES + 1 {
                let reason = format!(
                    "the page of the title {} has more than {EDGES} titles",
                    edge.from
                );
                self.refuse(name, line, reason);
            }
        }
        if self.problems == 0 {
            self.put(&edge);
        }
    }

    /// Puts the halves of an edge where they belong.
    fn put(&mut self, edge: &EdgeLine) {
        let co_watches = edge.co_watches;
        if edge.weights() != Weight::default() {
            let incoming = Incoming {
                from: edge.from,
                weight: edge.weights(),
                co_watches,
            };
            self.solution(edge.to).incoming.push(incoming);
        }
        if edge.affinity != 0.0 {
            let outgoing = Outgoing {
                to: edge.to,
                affinity: edge.affinity,
                co_watches,
            };
            self.solution(edge.from).page.push(outgoing);
        }
    }

    fn solution(&mut self, title: TitleId) -> &mut Solution {
        self.solutions.entry(title).or_insert_with(|| Solution {
            title,
            incoming: Vec::new(),
            page: Vec::new(),
        })
    }
}
