//! The conditions that a mutated model leaves out.

use std::marker::PhantomData;

/// A set of conditions that no write of the model has. It is empty in the model of the service.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LeftOut<C> {
    bits: u32,
    of: PhantomData<C>,
}

impl<C: Into<u32>> LeftOut<C> {
    /// No condition is left out.
    pub const NONE: Self = Self { bits: 0, of: PhantomData };

    /// Leaves out this condition alone.
    pub fn only(condition: C) -> Self {
        Self { bits: 1 << condition.into(), of: PhantomData }
    }

    /// Returns whether the condition is left out.
    pub fn has(self, condition: C) -> bool {
        self.bits & (1 << condition.into()) != 0
    }
}
