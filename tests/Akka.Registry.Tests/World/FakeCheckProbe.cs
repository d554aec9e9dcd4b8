using Akka.Registry.Checks;

namespace Akka.Registry.Tests.World;

/// <summary>Answers runs of checks as the test says, and keeps what was run.</summary>
internal sealed class FakeCheckProbe : ICheckProbe
{
    public List<string> Run { get; } = [];

    public Func<CheckDefinition.Active, CheckOutcome> Outcome { get; set; } = _ => new CheckOutcome(InstanceStatus.Passing, "well");

    public Task<CheckOutcome> RunAsync(CheckDefinition.Active check)
    {
        Run.Add(check.Id);
        return Task.FromResult(Outcome(check));
    }
}
