extension Sandbox {
    /// All that happened so far.
    package var record: Record { provider.record }

    package var messages: [AcceptedMessage] { record.messages }

    /// Waits, without polling, until so many messages were accepted. Returns what there is if the task is cancelled first.
    package func messages(atLeast count: Int) async -> [AcceptedMessage] {
        await record(until: { $0.messages.count >= count }).messages
    }

    /// Waits, without polling, until the record fulfils the condition. Returns it as it is if the task is cancelled first.
    package func record(until condition: @escaping @Sendable (Record) -> Bool) async -> Record {
        await provider.record(until: condition)
    }

    /// The text of every token and code there is now: what must be found nowhere else.
    package var secrets: [String] {
        provider.with { state, _ in
            state.tokens.texts + Array(state.authorizations.codes.keys) + Array(state.authorizations.devices.keys)
        }
    }

    /// Empties the record of messages, requests and sign-ins; connections stay counted.
    package func forget() { provider.with { state, _ in state.record.forget() } }
}
