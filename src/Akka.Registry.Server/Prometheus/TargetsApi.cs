using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Akka.Registry.Queries;
using Akka.Registry.Server.Api;
using Akka.Registry.Server.Json;
using Akka.Registry.Server.Names;

namespace Akka.Registry.Server.Prometheus;

/// <summary>The registry as targets of Prometheus's <c>http_sd_configs</c>: a list of groups, each of one target with its labels.</summary>
/// <seealso href="https://prometheus.io/docs/prometheus/latest/http_sd/">Prometheus: writing HTTP service discovery</seealso>
internal static class TargetsApi
{
    /// <summary>In front of every label; labels that begin with two underscores last until relabelling is done.</summary>
    public const string LabelPrefix = "__meta_akka_registry_";

    /// <summary>In front of the label of a pair of metadata.</summary>
    public const string MetadataPrefix = LabelPrefix + "metadata_";

    /// <summary>Lists the targets.</summary>
    public static async Task List(ApiCall call)
    {
        var services = call.Http.Request.Query["service"];
        var filter = QueryReader.Filter(call.Http.Request, withZone: false);
        var names = services.Count > 0 ? services.OfType<string>().Distinct(StringComparer.Ordinal) : Names(call.Registry);
        // Before the answer begins: one that may not be read is refused.
        var views = names.Select(call.Registry.Find).OfType<ServiceView>().ToList();
        await using var answer = new StreamedJson(call.Http);
        var json = answer.Writer;
        json.WriteStartArray();
        foreach (var view in views)
        {
            foreach (var entry in view.Instances)
            {
                if (!filter.Matches(entry))
                    continue;
                Write(json, entry, call.Registry);
                if (!await answer.BreatheAsync())
                    return;
            }
        }

        json.WriteEndArray();
    }

    /// <summary>A name as a label may have it: what is neither letter, digit nor underscore becomes an underscore.</summary>
    public static string LabelName(string name)
    {
        var isPlain = true;
        foreach (var c in name)
            isPlain &= char.IsAsciiLetterOrDigit(c) || c == '_';
        if (isPlain)
            return name;
        var label = new StringBuilder(name.Length);
        foreach (var c in name)
            label.Append(char.IsAsciiLetterOrDigit(c) ? c : '_');
        return label.ToString();
    }

    private static IEnumerable<string> Names(IServiceRegistry registry) => registry.Services().Select(service => service.Name);

    private static void Write(Utf8JsonWriter json, ServiceEntry entry, IServiceRegistry registry)
    {
        json.WriteStartObject();
        json.WriteStartArray("targets"u8);
        json.WriteStringValue(Target(entry));
        json.WriteEndArray();
        json.WriteStartObject("labels"u8);
        Label(json, "service", entry.Service);
        Label(json, "instance_id", entry.Id);
        Label(json, "address", entry.Address);
        Label(json, "port", entry.Port.ToString(CultureInfo.InvariantCulture));
        Label(json, "status", Encoding.ASCII.GetString(StatusText.Utf8(entry.Status)));
        Label(json, "unverified", entry.Unverified ? "true" : "false");
        // With commas around each, so that an expression finds one whole tag, wherever it stands.
        Label(json, "tags", entry.Tags.Count == 0 ? "" : $",{string.Join(',', entry.Tags)},");
        Label(json, "zone", entry.Zone);
        Label(json, "version", entry.Version);
        Label(json, "weight", entry.Weight.ToString(CultureInfo.InvariantCulture));
        Label(json, "node", registry.NodeName(entry.Owner));
        WriteMetadata(json, entry);
        json.WriteEndObject();
        json.WriteEndObject();
    }

    /// <summary>Of two keys that become one label, the one that comes first in the order of the alphabet stands.</summary>
    private static void WriteMetadata(Utf8JsonWriter json, ServiceEntry entry)
    {
        if (entry.Metadata.Count == 0)
            return;
        var labels = new HashSet<string>(StringComparer.Ordinal);
        foreach (var (key, text) in entry.Metadata.OrderBy(pair => pair.Key, StringComparer.Ordinal))
        {
            if (DoorKeys.IsReserved(key))
                continue;
            var label = LabelName(key);
            if (labels.Add(label))
                json.WriteString(MetadataPrefix + label, text);
        }
    }

    private static void Label(Utf8JsonWriter json, string name, string text) => json.WriteString(LabelPrefix + name, text);

    /// <summary><c>host:port</c>, an IPv6 address in brackets; without the port where the entry has none.</summary>
    private static string Target(ServiceEntry entry)
    {
        var isV6 = IPAddress.TryParse(entry.Address, out var ip) && ip.AddressFamily == AddressFamily.InterNetworkV6;
        var host = isV6 ? $"[{entry.Address}]" : entry.Address;
        return entry.Port == 0 ? host : string.Create(CultureInfo.InvariantCulture, $"{host}:{entry.Port}");
    }
}
