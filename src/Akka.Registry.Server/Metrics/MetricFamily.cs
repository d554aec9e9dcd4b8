using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using System.Text;

namespace Akka.Registry.Server.Metrics;

/// <summary>One instrument and all its series.</summary>
internal sealed class MetricFamily
{
    /// <summary>The most series of one instrument: a label that grows without end must not take the memory.</summary>
    public const int SeriesMax = 2000;

    private const string TotalSuffix = "_total";
    private const int LabelsCharsMax = 512;
    private static readonly double[] SecondsBounds =
        [0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];

    // OpenTelemetry's default for what has no bounds of its own.
    private static readonly double[] DefaultBounds = [0, 5, 10, 25, 50, 75, 100, 250, 500, 750, 1000, 2500, 5000, 7500, 10_000];

    private readonly ConcurrentDictionary<string, MetricSeries> _series = new();
    private readonly ConcurrentDictionary<string, MetricSeries>.AlternateLookup<ReadOnlySpan<char>> _lookup;
    private readonly MetricSeries _unlabelled;
    private readonly string _help;
    private readonly double[] _bounds;
    private readonly bool _adds;
    private int _unlabelledUsed;

    /// <summary>Begins to gather an instrument's measurements.</summary>
    public MetricFamily(Instrument instrument)
    {
        var type = instrument.GetType().GetGenericTypeDefinition();
        Kind = type == typeof(Counter<>) || type == typeof(ObservableCounter<>) ? MetricKind.Counter
            : type == typeof(Histogram<>) ? MetricKind.Histogram
            : MetricKind.Gauge;
        _adds = type == typeof(Counter<>) || type == typeof(UpDownCounter<>);
        Name = PrometheusText.MetricName(instrument.Name, instrument.Unit, Kind);
        _help = PrometheusText.EscapedHelp(instrument.Description ?? "");
        _bounds = Kind == MetricKind.Histogram ? BoundsOf(instrument) : [];
        _lookup = _series.GetAlternateLookup<ReadOnlySpan<char>>();
        _unlabelled = new MetricSeries("", _bounds);
    }

    /// <summary>The metric's name.</summary>
    public string Name { get; }

    /// <summary>What it is.</summary>
    public MetricKind Kind { get; }

    /// <summary>Measurements that were dropped because there are <see cref="SeriesMax"/> series.</summary>
    public long Dropped => Volatile.Read(ref _dropped);

    private long _dropped;

    /// <summary>Takes a measurement. Allocates only for a set of labels that is new.</summary>
    public void Record(double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        var series = SeriesOf(tags);
        if (series is null)
            Interlocked.Increment(ref _dropped);
        else if (Kind == MetricKind.Histogram)
            series.Record(value);
        else if (_adds)
            series.Add(value);
        else
            series.Set(value);
    }

    /// <summary>Writes the metric: help, type, and each series.</summary>
    public void Write(StringBuilder text, MetricsFormat format)
    {
        var family = FamilyName(Name, format);
        // OpenMetrics wants a quote in a help text escaped, too.
        if (_help.Length > 0)
        {
            text.Append("# HELP ").Append(family).Append(' ')
                .Append(format == MetricsFormat.OpenMetrics ? _help.Replace("\"", "\\\"", StringComparison.Ordinal) : _help).Append('\n');
        }

        text.Append("# TYPE ").Append(family).Append(' ').Append(KindName()).Append('\n');
        if (Volatile.Read(ref _unlabelledUsed) != 0)
            _unlabelled.Write(text, Name, Kind);
        foreach (var (_, series) in _series.OrderBy(pair => pair.Key, StringComparer.Ordinal))
            series.Write(text, Name, Kind);
    }

    /// <summary>What a metric's family is called.</summary>
    public static string FamilyName(string name, MetricsFormat format) =>
        format == MetricsFormat.OpenMetrics && name.EndsWith(TotalSuffix, StringComparison.Ordinal) ? name[..^TotalSuffix.Length] : name;

    private static double[] BoundsOf(Instrument instrument)
    {
        var advised = instrument switch
        {
            Histogram<double> histogram => histogram.Advice?.HistogramBucketBoundaries,
            Histogram<long> histogram => histogram.Advice?.HistogramBucketBoundaries?.Select(bound => (double)bound).ToArray(),
            Histogram<int> histogram => histogram.Advice?.HistogramBucketBoundaries?.Select(bound => (double)bound).ToArray(),
            _ => null,
        };
        return advised is not null ? [.. advised] : instrument.Unit == "s" ? SecondsBounds : DefaultBounds;
    }

    private string KindName() => Kind switch
    {
        MetricKind.Counter => "counter",
        MetricKind.Gauge => "gauge",
        _ => "histogram",
    };

    private MetricSeries? SeriesOf(ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        if (tags.IsEmpty)
        {
            Volatile.Write(ref _unlabelledUsed, 1);
            return _unlabelled;
        }

        Span<char> key = stackalloc char[LabelsCharsMax];
        var length = 0;
        foreach (var (name, value) in tags)
        {
            if (!key[length..].TryWrite($"{name}={value}\n", out var written))
                return null;
            length += written;
        }

        if (_lookup.TryGetValue(key[..length], out var known))
            return known;
        return _series.Count >= SeriesMax ? null : _series.GetOrAdd(key[..length].ToString(), new MetricSeries(LabelsOf(tags), _bounds));
    }

    private static string LabelsOf(ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        var text = new StringBuilder();
        foreach (var (name, value) in tags)
        {
            if (text.Length > 0)
                text.Append(',');
            text.Append(PrometheusText.Sanitized(name)).Append("=\"").Append(PrometheusText.EscapedLabel(value?.ToString() ?? "")).Append('"');
        }

        return text.ToString();
    }
}
