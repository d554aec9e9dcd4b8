using System.Globalization;

namespace Akka.Registry.Benchmarks;

/// <summary>Lines of answers.</summary>
internal static class Answer
{
    /// <summary>A value beside another of the same unit.</summary>
    public static void Print(string question, double value, string unit, string peer, double peerValue)
    {
        var ratio = (value / peerValue).ToString("0.00", CultureInfo.InvariantCulture);
        Console.WriteLine($"{question} {Text(value)} {unit} | {peer} {Text(peerValue)} {unit} | {ratio}");
    }

    /// <summary>A value beside nothing.</summary>
    public static void Print(string question, double value, string unit) => Console.WriteLine($"{question} {Text(value)} {unit} | - | -");

    /// <summary>What it cost, beneath the answer.</summary>
    public static void PrintCost(string who, TimeSpan processor, double operations, string operation)
    {
        var each = processor.TotalMicroseconds / operations;
        var seconds = processor.TotalSeconds.ToString("0.00", CultureInfo.InvariantCulture);
        Console.WriteLine($"  {who}: {seconds} s of CPU, {Text(each)} µs a {operation}");
    }

    /// <summary>The value that so many of a hundred do not exceed.</summary>
    /// <param name="sorted">All, in order of size.</param>
    /// <param name="percentile">0 to 99.</param>
    public static double Percentile(IReadOnlyList<double> sorted, int percentile) => sorted[sorted.Count * percentile / 100];

    /// <summary>Four figures, with k, M or G from ten thousand on.</summary>
    public static string Text(double value) => Math.Abs(value) switch
    {
        >= 1e10 => (value / 1e9).ToString("0.0", CultureInfo.InvariantCulture) + "G",
        >= 1e7 => (value / 1e6).ToString("0.0", CultureInfo.InvariantCulture) + "M",
        >= 1e6 => (value / 1e6).ToString("0.00", CultureInfo.InvariantCulture) + "M",
        >= 1e4 => (value / 1e3).ToString("0.0", CultureInfo.InvariantCulture) + "k",
        >= 100 => value.ToString("0", CultureInfo.InvariantCulture),
        >= 1 => value.ToString("0.00", CultureInfo.InvariantCulture),
        _ => value.ToString("0.0000", CultureInfo.InvariantCulture),
    };
}
