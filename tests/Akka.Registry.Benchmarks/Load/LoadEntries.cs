using System.Globalization;
using Akka.Registry.Contracts;

namespace Akka.Registry.Benchmarks.Load;

/// <summary>Instances as services say them: about 200 bytes each.</summary>
internal static class LoadEntries
{
    public const ulong LongTtlMs = 3_600_000;

    /// <summary>One instance.</summary>
    /// <param name="service">Its service.</param>
    /// <param name="number">Its number within the service.</param>
    /// <param name="epoch">Its epoch.</param>
    /// <param name="weight">Its weight: what a change changes.</param>
    public static WireRegistration One(string service, int number, ulong epoch = 1, int weight = 1)
    {
        var value = new InstanceValue
        {
            Address = string.Create(CultureInfo.InvariantCulture, $"10.{(number >> 16) & 255}.{(number >> 8) & 255}.{number & 255}"),
            Port = 8080,
            Zone = "eu-west-1a",
            Version = "2.14.0",
            Weight = (uint)weight,
            TtlMs = LongTtlMs,
            Reported = WireInstanceStatus.Passing,
        };
        value.Tags.Add("production");
        value.Tags.Add("http2");
        value.Metadata.Add("build", "2026-11-01T12:00:00Z");       // By key, as a client sends them.
        value.Metadata.Add("commit", "3f786850e387550fdab836ed7e6dc881de23001b");
        return new WireRegistration
        {
            Service = service,
            Instance = string.Create(CultureInfo.InvariantCulture, $"{service}-{number:0000000}"),
            Epoch = epoch,
            Value = value,
        };
    }

    /// <summary>So many instances, a thousand to a service.</summary>
    public static List<WireRegistration> Many(int count, string prefix = "service", int perService = 1_000)
    {
        var entries = new List<WireRegistration>(count);
        for (var i = 0; i < count; i++)
            entries.Add(One(string.Create(CultureInfo.InvariantCulture, $"{prefix}-{i / perService:0000}"), i % perService));
        return entries;
    }
}
