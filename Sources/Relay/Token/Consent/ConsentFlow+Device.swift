package import struct FoundationEssentials.Date

extension ConsentFlow {
    /// What the person at the other screen needs.
    package struct DeviceInvitation: Sendable {
        package let attempt: ConsentAttempt
        package let answer: DeviceAnswer
        package let expires: Date
    }

    /// Asks for a device code (RFC 8628 section 3.1).
    package func invite(
        _ grant: GrantID, by person: String, request: RequestDevice
    ) async throws(ConsentFailure) -> DeviceInvitation {
        let source = try consentable(grant).source
        guard let endpoint = source.provider.authorization.deviceEndpoint else {
            throw .notPossible("\(source.provider.name) has no device endpoint: consent in a browser, or with --paste")
        }
        guard source.provider.habits.allowsDeviceFlow else {
            throw .notPossible("\(source.provider.name) gives no mail permissions to a device code: consent in a browser, or with --paste")
        }
        let attempt = try await begin(grant, way: .device, redirectURI: "", by: person)
        let credentials = try await credentials(of: attempt)
        do throws(TokenFailure) {
            let (provider, application) = (source.provider, source.application)
            let question = DeviceRequest(
                endpoint: provider.address(endpoint, tenant: application.tenant), clientID: application.clientID,
                authentication: try source.authentication(credentials, vault),
                audience: provider.address(provider.tokenEndpoint, tenant: application.tenant), scope: attempt.scope,
                trustedCertificates: provider.trustedCertificates)
            let answer = try await request(question)
            return DeviceInvitation(attempt: attempt, answer: answer, expires: now().addingTimeInterval(answer.lifetime))
        } catch {
            let told = explained(.token(error), attempt)
            await end(attempt, told, "no device code: \(told)")
            throw told
        }
    }

    /// Waits for the person, asking no faster than the provider wants (RFC 8628 section 3.5). Temporary failures are waited out.
    package func redeem(
        _ invitation: DeviceInvitation, poll: PollDevice, wait: (_ seconds: Double) async -> Void
    ) async throws(ConsentFailure) -> String {
        do throws(ConsentFailure) {
            return try await redeemed(invitation, poll: poll, wait: wait)
        } catch {
            let told = explained(error, invitation.attempt)
            await end(invitation.attempt, told)
            throw told
        }
    }

    private func redeemed(
        _ invitation: DeviceInvitation, poll: PollDevice, wait: (_ seconds: Double) async -> Void
    ) async throws(ConsentFailure) -> String {
        let attempt = invitation.attempt
        var interval = max(1, invitation.answer.interval)
        while now() < invitation.expires {
            await wait(min(interval, max(invitation.expires.timeIntervalSince(now()), 0)))
            if Task.isCancelled { throw .declined(error: "cancelled", description: "nobody waits for it any more") }
            let purpose = try consentable(attempt.grant)
            let question = try await tokenRequest(.deviceCode(invitation.answer.deviceCode), purpose, attempt)
            let state: DevicePoll
            do throws(TokenFailure) { state = try await poll(question) } catch {
                // RFC 8628 section 3.5: after a lost connection, ask less often.
                guard case .temporary(_, let seconds) = error else { throw .token(error) }
                interval = max(interval * 2, seconds ?? 0)
                continue
            }
            switch state {
            case .granted(let answer): return try await keep(answer, nonce: nil, purpose, attempt)
            case .pending(let slower): interval += slower ? 5 : 0
            case .declined: throw .declined(error: "access_denied", description: "the person said no")
            case .expired: throw .expired
            }
        }
        throw .expired
    }
}
