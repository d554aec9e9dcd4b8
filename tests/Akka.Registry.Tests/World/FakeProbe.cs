using Akka.Registry.Cluster.Transport;

namespace Akka.Registry.Tests.World;

/// <summary>Answers as the test says, and keeps what was tried.</summary>
internal sealed class FakeProbe : IAddressProbe
{
    public List<string> Tried { get; } = [];

    public Func<string, ProbeOutcome> Outcome { get; set; } = _ => ProbeOutcome.Silent;

    public Task<ProbeOutcome> ProbeAsync(string host, int port, TimeSpan timeout)
    {
        Tried.Add($"{host}:{port}");
        return Task.FromResult(Outcome(host));
    }
}
