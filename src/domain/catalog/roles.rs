//! A set of roles, small enough to keep one for each credit of a catalogue.

use super::types::CreditRole;

/// A set of roles, each once.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Roles(u8);

impl Roles {
    /// Whether both have a role.
    pub fn has_any_of(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }

    /// The same set with these roles as well.
    #[must_use]
    pub fn with(self, others: Self) -> Self {
        Self(self.0 | others.0)
    }

    /// Whether a role is among them.
    pub fn has(self, role: CreditRole) -> bool {
        self.has_any_of([role].into_iter().collect())
    }
}

impl FromIterator<CreditRole> for Roles {
    fn from_iter<I: IntoIterator<Item = CreditRole>>(roles: I) -> Self {
        let bits = roles.into_iter().map(|role| match role {
            CreditRole::Director => 1,
            CreditRole::Actor => 1 << 1,
            CreditRole::Guest => 1 << 2,
            CreditRole::Writer => 1 << 3,
            CreditRole::Producer => 1 << 4,
            CreditRole::Composer => 1 << 5,
        });
        Self(bits.fold(0, |all, bit| all | bit))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_set_has_the_roles_that_it_is_made_of_and_no_other() {
        for role in CreditRole::ALL {
            let set: Roles = [role, role].into_iter().collect();
            let had: Vec<CreditRole> = CreditRole::ALL
                .into_iter()
                .filter(|other| set.has(*other))
                .collect();
            assert_eq!(had, [role]);
        }
        assert!(!Roles::default().has_any_of(CreditRole::ALL.into_iter().collect()));
    }
}
