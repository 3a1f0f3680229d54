import Foundation
import TestSupport
import Testing

@testable import Main

/// Whole services in simulated worlds. Each world is a number; a process of its own runs them, since the order of sets and dictionaries is part of a world and is
/// settled when a process starts.
struct SimulationTests {
    private static func simulate(_ words: [String]) async throws -> (status: Int32, printed: String) {
        let pipe = try ProgramPipe()
        let program = try Program(
            [try Premises.product("Benchmarks"), "simulate"] + words, Program.Streams(output: pipe.writing.fileDescriptor))
        let printed = try await pipe.text()
        return (await program.end(), printed)
    }

    /// Whatever happens to a world, nothing in it is lost, nor sent twice in silence, nor sent as somebody it may not be.
    @Test(.timeLimit(.minutes(20))) func nothingIsLostInAnyWorld() async throws {
        let run = try await Self.simulate(["1-300"])
        #expect(run.status == 0, "\(run.printed)")
        #expect(run.printed.contains("300 worlds in"), "\(run.printed)")
    }

    /// The number is all of it: the same order of jobs, in another process, too.
    @Test(.timeLimit(.minutes(20))) func aWorldRunsTheSameAgain() async throws {
        let first = try await Self.simulate(["seed", "4711", "story"])
        #expect(first.status == 0 && first.printed.contains("trace"))
        #expect(try await Self.simulate(["seed", "4711", "story"]).printed == first.printed)
        #expect(try await Self.simulate(["seed", "4712", "story"]).printed != first.printed)
    }

    /// What was found once, in many orders of what happens at the same time.
    @Test(.timeLimit(.minutes(20)), arguments: try FixtureFolder.all(in: "simulation"))
    func whatWasFoundStaysMended(_ fixture: FixtureFolder) async throws {
        let run = try await Self.simulate(["world", fixture.url.appending(path: "world.txt").path])
        #expect(run.status == 0, "\(run.printed)")
    }
}
