using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using Akka.Registry.Client.Tests.Http;
using Shouldly;
using Xunit;

namespace Akka.Registry.Client.Tests.Routing;

public class RoutingMetricsTests
{
    [Fact]
    public async Task Calls_retries_and_ejections_are_counted_by_service()
    {
        using var rig = new ClientRig(options => options with { RetriesPerSecondMin = 0, RetryShareMax = 1 });
        rig.Router.Metrics.Meter.Name.ShouldBe("Akka.Registry.Client");
        var counted = new ConcurrentDictionary<string, long>();
        using var listener = new MeterListener
        {
            InstrumentPublished = (instrument, listening) =>
            {
                // Of this router alone: a listener runs on the threads of those whose calls it hears.
                if (instrument.Meter == rig.Router.Metrics.Meter)
                    listening.EnableMeasurementEvents(instrument);
            },
        };
        listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) =>
        {
            var texts = tags.ToArray().Select(tag => (string)tag.Value!).ToArray();
            texts[0].ShouldBe("metered");
            counted.AddOrUpdate($"{instrument.Name}{string.Concat(texts.Skip(1).Select(text => $" {text}"))}", value, (_, sum) => sum + value);
        });
        listener.Start();

        rig.Directory.Show(
            "metered", [FakeDirectory.Instance("a", port: 81, service: "metered"), FakeDirectory.Instance("b", port: 82, service: "metered")]);
        rig.Servers.Answer = request => request.RequestUri!.Port == 82 ? throw FakeServers.Refused() : new HttpResponseMessage();
        for (var i = 0; i < 20; i++)
            await rig.Client.GetAsync(new Uri("http://metered/"));
        counted.OrderBy(pair => pair.Key, StringComparer.Ordinal).ShouldBe(
        [
            new("akka.registry.client.calls connect_failed", 5), new("akka.registry.client.calls succeeded", 20),
            new("akka.registry.client.ejected", 1), new("akka.registry.client.ejections consecutive_failures", 1),
            new("akka.registry.client.retries", 5),
        ]);
        rig.Time.Advance(TimeSpan.FromSeconds(30));
        counted["akka.registry.client.ejected"].ShouldBe(0);
    }
}
