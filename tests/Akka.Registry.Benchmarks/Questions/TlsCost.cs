using Akka.Registry.Benchmarks.Load;
using Akka.Registry.EndToEnd.Harness;
using Akka.Registry.Tls;
using Akka.Registry.Tls.Tests;
using Microsoft.Extensions.Logging.Abstractions;
using System.Net.Security;

namespace Akka.Registry.Benchmarks.Questions;

/// <summary>What does TLS cost at one node: sessions opened a second, and heartbeats through sessions that are open?</summary>
internal sealed class TlsCost : IQuestion
{
    private const int AtOnce = 16;
    private const int Frames = 400;

    public int Number => 15;

    public string Text => "Sessions opened and heartbeats taken over TLS (ECDSA P-256, both sides show a certificate), beside plain text";

    public string Goal => "none: what it costs";

    public async Task AnswerAsync(BenchRun run)
    {
        using var authority = new TestAuthority();
        var (certificate, key) = authority.Issue("node", ["127.0.0.1"]);
        using var secret = await BenchCluster.StartAsync(
            1, "--tls.doors.cluster=on", $"--tls.certificate={certificate}", $"--tls.key={key}", $"--tls.ca={authority.Ca}",
            "--tls.client-certificates=required");
        using var plain = await BenchCluster.StartAsync(1);
        var options = new ClientTlsOptions { Enabled = true, Ca = authority.Ca, Certificate = certificate, Key = key };
        using var certificates = TlsCertificates.Load(options, TimeProvider.System, NullLogger.Instance);
        var handshakes = new TlsHandshakes(certificates, options, TimeProvider.System);

        async Task<Stream> SecureAsync(Stream stream)
        {
            var secured = new SslStream(stream);
            await secured.AuthenticateAsClientAsync(handshakes.ForClient("127.0.0.1", mustName: true, new TlsPeer()));
            return secured;
        }

        await OpenAsync(secret[1], SecureAsync);     // Warm.
        await OpenAsync(plain[1], null);
        await PrintOpeningAsync(run, secret, plain, SecureAsync);
        await PrintBeatsAsync(run, secret, plain, SecureAsync);
    }

    private static async Task PrintOpeningAsync(BenchRun run, TestCluster secret, TestCluster plain, Func<Stream, Task<Stream>> secure)
    {
        var (before, opened) = (secret.ProcessorTime(), 0.0);
        var (ours, beside) = await run.AlternateAsync(
            async () =>
            {
                var (rate, count) = await OpenAsync(secret[1], secure);
                opened += count;
                return rate;
            },
            async () => (await OpenAsync(plain[1], null)).Rate);
        Answer.Print("sessions opened over TLS", ours, "/s", "in plain text", beside);
        Answer.PrintCost("node", secret.ProcessorTime() - before, opened, "session");
    }

    private static async Task PrintBeatsAsync(BenchRun run, TestCluster secret, TestCluster plain, Func<Stream, Task<Stream>> secure)
    {
        var leases = run.Count(100_000, 1_000);
        var over = await BenchCluster.FillAsync(secret[1].ClusterPort, LoadEntries.Many(leases), secure: secure);
        var without = await BenchCluster.FillAsync(plain[1].ClusterPort, LoadEntries.Many(leases));
        var overFrames = over.ConvertAll(session => SessionBeats.FramesOf(session.Leases, Frames));
        var withoutFrames = without.ConvertAll(session => SessionBeats.FramesOf(session.Leases, Frames));
        var span = TimeSpan.FromSeconds(2);
        await SessionBeats.BeatAsync(over, overFrames, span);
        await SessionBeats.BeatAsync(without, withoutFrames, span);
        var (before, beats) = (secret.ProcessorTime(), 0.0);
        var (ours, beside) = await run.AlternateAsync(
            async () =>
            {
                var rate = await SessionBeats.BeatAsync(over, overFrames, span);
                beats += rate * span.TotalSeconds;
                return rate;
            },
            () => SessionBeats.BeatAsync(without, withoutFrames, span));
        Answer.Print($"heartbeats of {Answer.Text(leases)} leases over TLS", ours, "/s", "in plain text", beside);
        Answer.PrintCost("node", secret.ProcessorTime() - before, beats, "heartbeat");
        await over.CloseAsync();
        await without.CloseAsync();
    }

    private static async Task<(double Rate, long Count)> OpenAsync(NodeProcess node, Func<Stream, Task<Stream>>? secure)
    {
        var began = TimeProvider.System.GetTimestamp();
        var counts = await Task.WhenAll(Enumerable.Range(0, AtOnce).Select(_ => Task.Run(async () =>
        {
            var count = 0L;
            for (; TimeProvider.System.GetElapsedTime(began) < TimeSpan.FromSeconds(3); count++)
                await (await LoadSession.OpenAsync(node.ClusterPort, secure: secure)).DisposeAsync();
            return count;
        })));
        return (counts.Sum() / TimeProvider.System.GetElapsedTime(began).TotalSeconds, counts.Sum());
    }
}
