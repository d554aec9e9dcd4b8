using System.Globalization;
using System.Text;

namespace Akka.Registry.Server.Metrics;

/// <summary>What Prometheus takes an instrument for.</summary>
internal enum MetricKind
{
    /// <summary>Only grows.</summary>
    Counter,

    /// <summary>Goes up and down.</summary>
    Gauge,

    /// <summary>Counts values by size.</summary>
    Histogram,
}

/// <summary>One instrument under one set of labels. Any thread may record.</summary>
/// <param name="labels">As they stand in the text, without braces; empty for none.</param>
/// <param name="bounds">A histogram's upper bounds, ascending; empty for the others.</param>
internal sealed class MetricSeries(string labels, double[] bounds)
{
    private readonly Lock _lock = new();
    private readonly long[] _counts = new long[bounds.Length + 1];
    private double _value;

    /// <summary>Adds to the value.</summary>
    public void Add(double amount)
    {
        lock (_lock)
            _value += amount;
    }

    /// <summary>Sets the value.</summary>
    public void Set(double value)
    {
        lock (_lock)
            _value = value;
    }

    /// <summary>Counts the value in its bucket.</summary>
    public void Record(double value)
    {
        var bucket = 0;
        while (bucket < bounds.Length && value > bounds[bucket])
            bucket++;
        lock (_lock)
        {
            _counts[bucket]++;
            _value += value;
        }
    }

    /// <summary>Writes the series' lines.</summary>
    public void Write(StringBuilder text, string name, MetricKind kind)
    {
        if (kind == MetricKind.Histogram)
        {
            WriteHistogram(text, name);
            return;
        }

        double value;
        lock (_lock)
            value = _value;
        Line(text, name, labels, value);
    }

    private void WriteHistogram(StringBuilder text, string name)
    {
        long[] counts;
        double sum;
        lock (_lock)
            (counts, sum) = ((long[])_counts.Clone(), _value);
        var separator = labels.Length > 0 ? "," : "";
        long total = 0;
        for (var i = 0; i < counts.Length; i++)
        {
            total += counts[i];
            var bound = i < bounds.Length ? Number(bounds[i]) : "+Inf";
            Line(text, name + "_bucket", $"{labels}{separator}le=\"{bound}\"", total);
        }

        Line(text, name + "_sum", labels, sum);
        Line(text, name + "_count", labels, total);
    }

    private static void Line(StringBuilder text, string name, string labels, double value)
    {
        text.Append(name);
        if (labels.Length > 0)
            text.Append('{').Append(labels).Append('}');
        text.Append(' ').Append(Number(value)).Append('\n');
    }

    private static string Number(double value) => value.ToString("R", CultureInfo.InvariantCulture);
}
