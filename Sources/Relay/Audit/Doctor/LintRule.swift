/// What can be wrong with what people decided, by itself, without anything having happened. The words are stable: scripts hold on to them.
package enum LintRule: String, Sendable, Hashable, CaseIterable {
    /// Mail of a purpose, or of whoever needs the carrier, cannot leave.
    case noWay = "no-way"
    /// A setting's value is not possible, or gives nobody.
    case setting
    /// The envelope sender that is wanted is replaced.
    case envelope
    /// Answers are lost.
    case intake
    /// Mail would be answered to itself.
    case loop
    /// An address of several users.
    case sharedAddress = "shared-address"
    /// A user without one.
    case noAddress = "no-address"
    /// A client's limits, stand-ins or credential.
    case client
    /// A right that its provider does not know.
    case impossible
    /// One key signs in at two providers.
    case sharedCertificate = "shared-certificate"
    /// Allowed, and forbidden.
    case contradiction
    /// Never chosen, because another entry for the same is always better.
    case shadowed
    /// Which of several is chosen is decided by their names alone.
    case ambiguous
    /// Nothing leads to it, or nobody has used it for long.
    case unused
}

extension [Finding] {
    func by(_ rule: LintRule) -> [Finding] { map { $0.by(rule) } }
}
