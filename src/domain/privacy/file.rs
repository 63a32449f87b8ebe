//! A JSON file that is written piece by piece.

use futures::SinkExt;
use futures::channel::mpsc;
use serde::Serialize;

use super::error::PrivacyError;

/// JSON that is written piece by piece: an object is open until it is closed, and so is a list.
pub(super) struct File {
    to: mpsc::Sender<Vec<u8>>,
    buffer: Vec<u8>,
    is_first: bool,
}

impl File {
    /// Goes out by the sender.
    pub(super) fn new(to: mpsc::Sender<Vec<u8>>) -> Self {
        Self {
            to,
            buffer: Vec::new(),
            is_first: true,
        }
    }

    /// Writes an object that has fields already, and leaves it open for more.
    pub(super) fn open(&mut self, fields: &impl Serialize) -> Result<(), PrivacyError> {
        serde_json::to_writer(&mut self.buffer, fields)?;
        self.buffer.pop();
        Ok(())
    }

    /// Ends the object that is open.
    pub(super) fn close(&mut self) {
        self.buffer.extend_from_slice(b"}");
        self.is_first = false;
    }

    /// Begins a list as the next field of the open object.
    pub(super) fn begin_list(&mut self, field: &str) {
        self.buffer.extend_from_slice(b",\n\"");
        self.buffer.extend_from_slice(field.as_bytes());
        self.buffer.extend_from_slice(b"\":[");
        self.is_first = true;
    }

    /// Ends the list that is open.
    pub(super) fn end_list(&mut self) {
        self.buffer.extend_from_slice(b"]");
        self.is_first = false;
    }

    /// Goes on to the next row, whose object is still to be opened.
    pub(super) fn next_in_list(&mut self) {
        if !std::mem::replace(&mut self.is_first, false) {
            self.buffer.extend_from_slice(b",");
        }
        self.buffer.extend_from_slice(b"\n");
    }

    /// Writes a whole row.
    pub(super) fn row(&mut self, row: &impl Serialize) -> Result<(), PrivacyError> {
        self.next_in_list();
        serde_json::to_writer(&mut self.buffer, row)?;
        Ok(())
    }

    /// Sends what is written so far, and waits while the reader is slow.
    pub(super) async fn send(&mut self) -> Result<(), PrivacyError> {
        let piece = std::mem::take(&mut self.buffer);
        let sent = self.to.send(piece).await;
        sent.map_err(|_| PrivacyError::ReaderGone)
    }
}
