using Akka.Registry.TestKit;

namespace Akka.Registry.Simulation;

/// <summary>A world in which something promised must hold, whatever the seed.</summary>
/// <param name="Name">How it is called on the command line, in failures and among the regressions.</param>
/// <param name="Promise">What holds, as a sentence.</param>
/// <param name="Seeds">How many seeds the ordinary run tries, from 1 on.</param>
/// <param name="Run">
/// Runs one seed on the calling thread and is done with all that it began. Throws when the promise is broken:
/// <see cref="InvariantException"/>, or <see cref="TimeoutException"/> for what never came.
/// </param>
internal sealed record Scenario(string Name, string Promise, int Seeds, Action<int> Run)
{
    /// <summary>Runs one seed and takes note of it.</summary>
    public SeedRun Play(int seed)
    {
        using var recording = SimulationRecording.Start();
        Exception? failure = null;
        try
        {
            Run(seed);
        }
        catch (Exception e)
        {
            failure = e;
        }

        return new SeedRun(this, seed, failure, recording);
    }

    /// <inheritdoc/>
    public override string ToString() => Name;
}

/// <summary>One seed of a scenario that was run, and what came of it.</summary>
/// <param name="Scenario">Which one.</param>
/// <param name="Seed">Which seed.</param>
/// <param name="Failure">What broke; null when the promise held.</param>
/// <param name="Recording">What was simulated.</param>
internal sealed record SeedRun(Scenario Scenario, int Seed, Exception? Failure, SimulationRecording Recording)
{
    /// <summary>What broke, in one line; empty when nothing did.</summary>
    public string FailureLine => Failure is null ? "" : $"{Failure.GetType().Name}: {Failure.Message.Split('\n')[0]}";

    /// <summary>The command that runs this seed again and prints its trace.</summary>
    public string ReplayCommand => $"SCENARIO='{Scenario.Name}' SEED={Seed} tests/run.sh Simulation";
}
