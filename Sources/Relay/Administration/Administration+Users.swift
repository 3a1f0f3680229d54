internal import Mail

extension Administration {
    /// The intake address is a machine's: a message from there would be answered to there, round and round.
    func settle(_ user: User) throws(AdministrationRefusal) -> User {
        if let intake = directory.settings.intake, user.addresses.contains(where: { $0.address == intake }) {
            throw AdministrationRefusal(
                .invalid, "\(intake) is the intake address and cannot be a user's too, or mail would go round in a loop", at: "addresses",
                of: .user)
        }
        return user
    }
}
