using System.Diagnostics.Metrics;
using Akka.Registry.Contracts.Limits;

namespace Akka.Registry.Server.Dns;

/// <summary>What the DNS door counts of itself, on the server's meter. Any thread.</summary>
internal sealed class DnsMetrics(IMeterFactory meters)
{
    private const int CodeMask = 0xF;
    private const byte TruncatedBit = 0x02;

    /// <summary>By response code: RFC 1035, section 4.1.1.</summary>
    private static readonly object?[] Codes = [.. Enumerable.Range(0, CodeMask + 1).Select(code => (object?)NameOf(code))];

    private readonly Counter<long> _answers = meters.Create(Metrics.ServerMetrics.MeterName).CreateCounter<long>(
        "akka.registry.dns.answers", "{answer}", "DNS answers, by protocol and response code; by UDP those that were cut as well.");

    private readonly LimitCounter _limits = new(meters.Create(Metrics.ServerMetrics.MeterName));

    /// <summary>A limit was reached.</summary>
    /// <param name="setting">Its key.</param>
    public void LimitReached(string setting) => _limits.Reached(setting);

    /// <summary>An answer is to be sent.</summary>
    public void Answered(ReadOnlySpan<byte> response, bool isStream) => _answers.Add(
        1, new("protocol", isStream ? "tcp" : "udp"), new("code", Codes[response[3] & CodeMask]),
        new("truncated", (response[2] & TruncatedBit) != 0 ? "true" : "false"));

    private static string NameOf(int code) => code switch
    {
        0 => "noerror",
        1 => "formerr",
        2 => "servfail",
        3 => "nxdomain",
        4 => "notimp",
        5 => "refused",
        _ => code.ToString(System.Globalization.CultureInfo.InvariantCulture),
    };
}
