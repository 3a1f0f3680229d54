/// A clock that was set back: what was to be at some time would be later by as much.
package enum SetBack {
    /// Seconds; by less, nobody minds, and clocks that are kept right move all the time.
    package static let least: Double = 60
}
