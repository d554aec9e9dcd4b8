using Akka.Registry.Cluster.Membership;
using Shouldly;
using Xunit;
using Xunit.Abstractions;

namespace Akka.Registry.Cluster.Tests.Membership;

/// <summary>What membership costs and how fast it is, from three members to a thousand, beside what the formulas say.</summary>
public sealed class ScaleTests(ITestOutputHelper output)
{
    private const double ChurnPerMinute = 0.02;

    private static readonly SwimSettings Lan = SwimSettings.Of(new FailureDetectorOptions());

    [Theory]
    [InlineData(3, 40)]
    [InlineData(10, 20)]
    [InlineData(30, 5)]
    [InlineData(100, 5)]
    [InlineData(300, 3)]
    [InlineData(1_000, 3)]
    public void With_two_percent_churn_a_minute_cost_and_detection_are_what_the_formulas_say(int count, int minutes)
    {
        var run = new ChurnRun(seed: 1, count, ChurnPerMinute, TimeSpan.FromMinutes(minutes));

        run.Run();

        var (killedMax, lostMax) = Bounds(count);
        var (messagesMax, bytesMax) = Traffic(count, run, minutes);
        output.WriteLine(
            $"{count,5} members, {minutes} min: {run.Kills} died, {run.Joins} joined, {run.FalsePositives} false positives");
        output.WriteLine($"  killed: first {run.Killed.First}, all {run.Killed.All}, bound {killedMax}");
        output.WriteLine($"  lost: first {run.Lost.First}, all {run.Lost.All}, bound {lostMax}");
        output.WriteLine($"  messages/s/node: {run.MessagesPerSecond:0.0}, bound {messagesMax:0.0}");
        output.WriteLine($"  bytes/s/node: {run.BytesPerSecond:0}, bound {bytesMax:0}");
        run.FalsePositives.ShouldBe(0);
        run.Unheard.ShouldBe(0);
        run.Killed.All.ShouldBeLessThan(killedMax);
        run.Lost.All.ShouldBeLessThan(lostMax);
        run.MessagesPerSecond.ShouldBeLessThan(messagesMax);
        run.BytesPerSecond.ShouldBeLessThan(bytesMax);
    }

    private static (TimeSpan Killed, TimeSpan Lost) Bounds(int count)
    {
        var options = new FailureDetectorOptions();
        return (ClusterMath.KilledDetectionTime(count, options), ClusterMath.DetectionTime(count, count - 1, options));
    }

    private static (double Messages, double Bytes) Traffic(int count, ChurnRun run, int minutes)
    {
        var seconds = minutes * 60.0;
        var remembered = count + run.Kills;
        var rumourBytes = SwimCodec.WireBytes(MachineRig.Suspects(
            new NodeIdentity(new NodeUid(ulong.MaxValue), $"node-{count}", SimulatedSwim.AddressOf(count)), accuser: 1));

        // Of a death: the suspicion, each confirmation, the death. Of a join: joining, up.
        var confirmations = ClusterMath.ConfirmationsExpected(count, Lan.SuspicionMultiplier);
        var rumours = ((run.Kills * (2 + confirmations)) + (run.Joins * 2)) / seconds;

        // A link that breaks: a ping and one more, the requests; for another, a ping and a nack. And what is down or absent is
        // contacted, the down one and the seed each once in half an interval at most.
        var perKill = 2 + (4 * Lan.IndirectProbes);
        var probes = ((run.Kills * perKill) / seconds) + (2 / (Lan.ReconnectInterval.TotalSeconds / 2));
        var gossip = Math.Min(
            ClusterMath.GossipMessagesPerSecondMax(Lan.GossipFanout, Lan.GossipInterval),
            rumours * ClusterMath.TransmitLimit(count, Lan.RetransmitMultiplier));
        var tables = (run.Joins * 4) / seconds;
        var messages = ClusterMath.QuietMessagesPerSecond(count, Lan.ProbeInterval, Lan.SyncInterval) + probes + gossip + tables;
        var bytes = ClusterMath.RumourBytesPerSecond(count, rumours, Lan.RetransmitMultiplier, rumourBytes)
            + ClusterMath.TableBytesPerSecond(count, remembered, Lan.SyncInterval, rumourBytes)
            + (run.Joins * 4 * remembered * rumourBytes / seconds / count)
            + (messages * (Contracts.Frame.HeaderBytes + 24));
        return (messages, bytes);
    }
}
