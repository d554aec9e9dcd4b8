using System.Buffers;
using System.Diagnostics.Metrics;
using System.Text;
using Akka.Registry.Server.Metrics;
using Shouldly;
using Xunit;

namespace Akka.Registry.Server.Tests.Metrics;

public sealed class MetricsTests
{
    [Theory]
    [InlineData("akka.registry.beats", "{beat}", MetricKind.Counter, "akka_registry_beats_total")]
    [InlineData("akka.registry.bytes", "By", MetricKind.Counter, "akka_registry_bytes_total")]
    [InlineData("akka.registry.sent", "By", MetricKind.Counter, "akka_registry_sent_bytes_total")]
    [InlineData("akka.registry.delay", "s", MetricKind.Histogram, "akka_registry_delay_seconds")]
    [InlineData("akka.registry.load", "1", MetricKind.Gauge, "akka_registry_load_ratio")]
    [InlineData("akka.registry.entries", null, MetricKind.Gauge, "akka_registry_entries")]
    [InlineData("2nd..try-x", "", MetricKind.Gauge, "_2nd_try_x")]
    [InlineData("done.total", "", MetricKind.Counter, "done_total")]
    public void Names_follow_the_rules_of_OpenTelemetry(string name, string? unit, object kind, string metric) =>
        PrometheusText.MetricName(name, unit, (MetricKind)kind).ShouldBe(metric);

    [Fact]
    public void Every_kind_of_instrument_is_written_in_the_text_format()
    {
        using var meter = new Meter("Akka.Registry.Test." + Guid.NewGuid());
        using var foreign = new Meter("Other");
        using var snapshot = new MeterSnapshot(null);
        var counter = meter.CreateCounter<long>("t.beats", "{beat}", "Beats\nof \\ all.");
        counter.Add(2);
        counter.Add(3, new KeyValuePair<string, object?>("lane.name", "a\"b\n"));
        counter.Add(4, new KeyValuePair<string, object?>("lane.name", "a\"b\n"));
        var open = meter.CreateUpDownCounter<int>("t.open");
        open.Add(5);
        open.Add(-2);
        meter.CreateObservableGauge("t.load", () => 0.25, "1");
        meter.CreateObservableCounter("t.sent", () => 7L, "By");
        var delay = meter.CreateHistogram("t.delay", "s", "Delay.", advice: new InstrumentAdvice<double> { HistogramBucketBoundaries = [0.1, 1] });
        delay.Record(0.1);
        delay.Record(0.5);
        delay.Record(2);
        foreign.CreateCounter<long>("t.foreign").Add(1);

        Written(snapshot).ShouldBe(
            """
            # HELP t_beats_total Beats\nof \\ all.
            # TYPE t_beats_total counter
            t_beats_total 2
            t_beats_total{lane_name="a\"b\n"} 7
            # HELP t_delay_seconds Delay.
            # TYPE t_delay_seconds histogram
            t_delay_seconds_bucket{le="0.1"} 1
            t_delay_seconds_bucket{le="1"} 2
            t_delay_seconds_bucket{le="+Inf"} 3
            t_delay_seconds_sum 2.6
            t_delay_seconds_count 3
            # TYPE t_load_ratio gauge
            t_load_ratio 0.25
            # TYPE t_open gauge
            t_open 3
            # TYPE t_sent_bytes_total counter
            t_sent_bytes_total 7

            """);
    }

    [Fact]
    public void OpenMetrics_names_a_counters_family_without_total_and_marks_the_end()
    {
        using var meter = new Meter("Akka.Registry.Test." + Guid.NewGuid());
        using var snapshot = new MeterSnapshot(null);
        meter.CreateCounter<long>("o.beats", "{beat}", "Beats \"of\" all.").Add(2);
        meter.CreateObservableGauge("o.load", () => 0.25, "1");

        var text = Everything(snapshot, MetricsFormat.OpenMetrics);

        text.ShouldContain("# HELP o_beats Beats \\\"of\\\" all.\n# TYPE o_beats counter\no_beats_total 2\n");
        text.ShouldContain("# TYPE o_load_ratio gauge\no_load_ratio 0.25\n");
        text.ShouldEndWith("\nakka_registry_metrics_dropped_total 0\n# EOF\n");
        text.Split('\n').Where(line => line.StartsWith("# TYPE", StringComparison.Ordinal)).ShouldBeUnique();
    }

    [Fact]
    public void Instruments_of_one_name_are_one_metric_for_as_long_as_one_of_them_is_there()
    {
        using var snapshot = new MeterSnapshot(null);
        using var one = new Meter("Akka.Registry.Test." + Guid.NewGuid());
        var two = new Meter("Akka.Registry.Test." + Guid.NewGuid());
        one.CreateCounter<long>("u.beats", null, "Beats.").Add(2);
        two.CreateCounter<long>("u.beats", null, "Beats.").Add(3);
        var text = Everything(snapshot);
        text.Split('\n').Where(line => line.Contains("u_beats", StringComparison.Ordinal)).ShouldBe(
            ["# HELP u_beats_total Beats.", "# TYPE u_beats_total counter", "u_beats_total 5"]);
        two.Dispose();
        Everything(snapshot).ShouldContain("u_beats_total 5\n");
        one.Dispose();
        Everything(snapshot).ShouldNotContain("u_beats");
    }

    [Theory]
    [InlineData(null, "text/plain; version=0.0.4; charset=utf-8")]
    [InlineData("*/*", "text/plain; version=0.0.4; charset=utf-8")]
    [InlineData("text/plain", "text/plain; version=0.0.4; charset=utf-8")]
    [InlineData("application/openmetrics-text;q=0.2,text/plain;q=0.5", "text/plain; version=0.0.4; charset=utf-8")]
    [InlineData("application/openmetrics-text;q=0,*/*", "text/plain; version=0.0.4; charset=utf-8")]
    [InlineData("application/openmetrics-text", "application/openmetrics-text; version=1.0.0; charset=utf-8")]
    [InlineData(
        "application/openmetrics-text;version=1.0.0,application/openmetrics-text;version=0.0.1;q=0.75,text/plain;version=0.0.4;q=0.5,*/*;q=0.1",
        "application/openmetrics-text; version=1.0.0; charset=utf-8")]
    public async Task A_scraper_gets_what_it_asks_for(string? accept, string contentType)
    {
        await using var node = await RealNode.StartAsync();
        using var request = new HttpRequestMessage(HttpMethod.Get, "/metrics");
        if (accept is not null)
            request.Headers.TryAddWithoutValidation("Accept", accept);
        using var response = await node.Client.SendAsync(request);
        response.Content.Headers.ContentType!.ToString().ShouldBe(contentType);
        (await response.Content.ReadAsStringAsync()).EndsWith("# EOF\n", StringComparison.Ordinal)
            .ShouldBe(contentType.StartsWith("application/openmetrics-text", StringComparison.Ordinal));
    }

    [Fact]
    public void Sets_of_labels_have_a_limit_and_what_is_past_it_is_counted()
    {
        using var meter = new Meter("Akka.Registry.Test." + Guid.NewGuid());
        using var snapshot = new MeterSnapshot(null);
        var counter = meter.CreateCounter<long>("t.many");
        for (var i = 0; i < MetricFamily.SeriesMax + 3; i++)
            counter.Add(1, new KeyValuePair<string, object?>("i", i));

        var text = Everything(snapshot);

        text.Split('\n').Count(line => line.StartsWith("t_many_total{", StringComparison.Ordinal)).ShouldBe(MetricFamily.SeriesMax);
        text.ShouldContain("akka_registry_metrics_dropped_total 3\n");
    }

    [Fact]
    public void A_known_set_of_labels_is_counted_without_allocation()
    {
        using var meter = new Meter("Akka.Registry.Test." + Guid.NewGuid());
        using var snapshot = new MeterSnapshot(null);
        var counter = meter.CreateCounter<long>("t.hot");
        Span<KeyValuePair<string, object?>> tags = [new("lane", "a"), new("kind", "b")];
        counter.Add(1, tags);

        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 1000; i++)
            counter.Add(1, tags);

        (GC.GetAllocatedBytesForCurrentThread() - before).ShouldBe(0);
    }

    [Fact]
    public async Task The_door_counts_its_problems()
    {
        await using var door = await Door.OpenAsync();
        await door.GetAsync("/nothing");
        await door.GetAsync("/nothing");

        var answer = await door.GetAsync("/metrics");

        answer.Status.ShouldBe(200);
        answer.ContentType.ShouldBe("text/plain; version=0.0.4; charset=utf-8");
        answer.Body.ShouldContain("akka_registry_http_problems_total{type=\"no-such-path\"} 2\n");
    }

    /// <summary>What this test's meter says: others run beside it in the same process.</summary>
    private static string Written(MeterSnapshot snapshot) => string.Concat(
        Everything(snapshot).Split('\n')
            .Where(line => line.Contains(" t_", StringComparison.Ordinal) || line.StartsWith("t_", StringComparison.Ordinal))
            .Where(line => !line.Contains("t_many", StringComparison.Ordinal) && !line.Contains("t_hot", StringComparison.Ordinal))
            .Select(line => line + "\n"));

    private static string Everything(MeterSnapshot snapshot, MetricsFormat format = MetricsFormat.Prometheus)
    {
        var buffer = new ArrayBufferWriter<byte>();
        snapshot.Write(buffer, format);
        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }
}
