internal import Logging
internal import Mail
internal import Relay

/// One file, from claimed to gone.
extension PickupFolder {
    /// What cannot be decided now stays claimed and is looked at again.
    func take(_ file: ClaimedFile, isLeftOver: Bool) async {
        do {
            if isLeftOver, try await surroundings.isAccepted(file.id) {
                surroundings.logger.notice("\(file.name.debugDescription) was accepted as \(file.id) before: removed")
                return try await disk.run { try $0.remove(file) }
            }
            let open = try await disk.run { try $0.open(file) }
            do throws(AcceptFailure) {
                let receipt = try await accept(file, open)
                surroundings.accepted()
                if let hindrance = receipt.hindrance {
                    surroundings.logger.notice("\(file.name.debugDescription) was taken as \(file.id) and \(hindrance)")
                }
            } catch {
                guard !error.isTemporary else {
                    return surroundings.logger.error("\(file.name.debugDescription) cannot be taken in for now: \(error)")
                }
                return try await reject(file, "\(error)\(error.code.map { " (\($0))" } ?? "")")
            }
            try await disk.run { try $0.remove(file) }
        } catch PickupDisk.Failure.noPlainFile {
            await rejectForGood(file, "\(PickupDisk.Failure.noPlainFile)")
        } catch {
            surroundings.logger.error("\(file.name.debugDescription) stays in \(settings.claimed): \(error)")
        }
    }

    private func accept(_ file: ClaimedFile, _ open: OpenFile) async throws(AcceptFailure) -> Receipt {
        var stage = AcceptStage(try submission(file, open), surroundings.accept)
        do {
            while case let piece = try await disk.run({ _ in try open.read() }), !piece.isEmpty { try await stage.consume(piece) }
            return try await stage.finish()
        } catch let failure as AcceptFailure {
            throw failure
        } catch {
            await stage.discard()
            throw .store(.unavailable("\(error)"))
        }
    }

    private func submission(_ file: ClaimedFile, _ open: OpenFile) throws(AcceptFailure) -> Submission {
        var submission = Submission(purpose: file.purpose)
        submission.id = file.id
        submission.readsEnvelopeFields = true
        submission.address = surroundings.address
        switch settings.sender {
        case .owner:
            submission.origin = .account(uid: open.owner)
            submission.client = surroundings.directory().client(.uid(open.owner))
            guard submission.client != nil else { throw Self.stranger(open.owner) }
        case .keeper:
            submission.origin = .account(uid: open.owner)
            let admission = surroundings.directory().admission(ofUID: open.owner, owner: surroundings.owner)
            guard let admission else { throw Self.stranger(open.owner) }
            submission.client = admission.client
        case .client(let name):
            submission.origin = .file
            guard let name else { break }
            guard let client = surroundings.directory().allClients.first(where: { $0.name == name }) else {
                throw .store(.conflict("there is no client \(name) any more, as pickup.client says"))
            }
            submission.client = client
        }
        return submission
    }

    private static func stranger(_ uid: UInt32) -> AcceptFailure {
        .stranger("uid \(uid) is no client: mandate clients add NAME --uid \(uid), then move the file back")
    }

    private func reject(_ file: ClaimedFile, _ reason: String) async throws {
        surroundings.logger.warning("\(file.name.debugDescription) went to \(settings.rejected): \(reason)")
        try await disk.run { try $0.reject(file, reason) }
    }

    private func rejectForGood(_ file: ClaimedFile, _ reason: String) async {
        do { try await reject(file, reason) } catch {
            surroundings.logger.error("\(file.name.debugDescription) stays in \(settings.claimed): \(error)")
        }
    }
}

extension AcceptFailure {
    /// Whether the same file may be taken later without anyone changing it.
    fileprivate var isTemporary: Bool {
        switch self {
        case .store: true
        case .overQuota(let excess): excess.wait != nil
        case .refused(let refusal): refusal.isTemporary
        case .form, .header, .recipient, .instruction, .noRecipients, .tooManyRecipients, .tooLarge, .circling, .stranger: false
        }
    }

    fileprivate var code: String? { if case .refused(let refusal) = self { refusal.code.rawValue } else { nil } }
}
