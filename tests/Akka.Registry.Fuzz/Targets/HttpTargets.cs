using System.Buffers;
using System.Text.Json;
using Akka.Registry.DistributedData;
using Akka.Registry.Server;
using Akka.Registry.Server.Api;
using Akka.Registry.Server.Consul;
using Akka.Registry.Server.Consul.Bodies;
using Akka.Registry.Server.Consul.Filters;
using Akka.Registry.Server.Json;
using Akka.Registry.Server.Problems;
using Microsoft.AspNetCore.Http;

namespace Akka.Registry.Fuzz.Targets;

/// <summary>JSON of chance: right as JSON, with names and values that decoders look for.</summary>
internal static class JsonMaker
{
    private static readonly string[] Values =
    [
        "1", "0", "-1", "65535", "65536", "2147483648", "18446744073709551615", "1e400", "0.5", "true", "false", "null", "\"\"", "\"web\"",
            "\"10.0.0.7\"", "\"::1\"",
        "\"30s\"", "\"1m0s\"", "\"passing\"", "\"none\"", "\"UP\"", "\"http://10.0.0.7/\"", "\"\\ud800\"", "\"\\u0000\"", "\"é\"", "[]", "{}",
            "[\"a\",\"b\"]", "[1]",
        "{\"a\":\"b\"}", "{\"a\":1}", "{\"\\udc00\":\"x\"}", "[[]]", "999999999999999999", "\"999999999999999999h\"",
    ];

    /// <param name="required">Members that the decoder asks for, to begin with as often as not; empty for none.</param>
    /// <param name="names">Members that it knows.</param>
    /// <param name="random">Chance.</param>
    public static byte[] Make(string required, string[] names, Random random)
    {
        var text = new System.Text.StringBuilder();
        var isPlausible = required.Length > 0 && random.Next(2) == 0;
        Object(text, isPlausible ? required : "", names, random, 0, isPlausible ? 3 : 8);
        return InputText.Of(text.ToString());
    }

    private static void Object(System.Text.StringBuilder text, string required, string[] names, Random random, int depth, int countMax)
    {
        text.Append('{').Append(required);
        var first = required.Length == 0;
        for (var count = random.Next(countMax); count > 0; count--)
        {
            text.Append(first ? "" : ",").Append('"').Append(names[random.Next(names.Length)]).Append("\":");
            first = false;
            if (depth < 4 && random.Next(5) == 0)
                Object(text, "", names, random, depth + 1, countMax);
            else if (depth < 4 && random.Next(8) == 0)
                List(text, names, random, depth + 1);
            else
                text.Append(Values[random.Next(Values.Length)]);
        }

        text.Append('}');
    }

    private static void List(System.Text.StringBuilder text, string[] names, Random random, int depth)
    {
        text.Append('[');
        for (var count = 1 + random.Next(3); count > 0; count--)
        {
            Object(text, "", names, random, depth, 8);
            text.Append(count > 1 ? "," : "");
        }

        text.Append(']');
    }
}

/// <summary>The bodies of the registry's own API.</summary>
internal sealed class ApiBodyTarget() : FuzzTarget("api-bodies")
{
    private static readonly RecordKey Key = new("web", "1");

    private static readonly string[] Names =
    [
        "address", "port", "methods", "tags", "metadata", "zone", "version", "weight", "ttl", "deregisterAfter", "status", "epoch", "lease",
            "checks", "override",
        "output", "id", "kind", "url", "interval", "timeout", "method", "headers", "body", "expect", "host", "service", "instance",
            "failuresBeforeCritical", "initialStatus",
    ];

    public override IEnumerable<byte[]> Seeds => InputText.OfAll(
        """{"address":"10.0.0.7","port":8080,"methods":["Get"],"tags":["v2"],"metadata":{"region":"eu"},"zone":"a","version":"1","weight":1,"""
            + """ "ttl":"30s","status":"passing","epoch":5}""",
        """{"address":"10.0.0.7","lease":"none","checks":[{"id":"a","kind":"http","url":"http://10.0.0.7/","interval":"5s","headers":{"x":"y"},"""
            + """ "expect":[200,"300-399"]},{"id":"b","kind":"tcp","host":"h","port":1,"interval":"1s"}]}""",
        """{"status":"draining"}""", """{"override":null}""", """{"status":"passing","output":"12 waiting"}""",
        """{"id":"q","kind":"ttl","ttl":"30s"}""");

    public override IReadOnlyList<byte[]> Words => InputText.OfAll([.. Names.Select(name => $"\"{name}\":"), "{", "[", "}", "]", ",", "\"",
        "\\u0000", "\\ud800", "1e9", "[[", "null"]);

    public override byte[] Make(Random random) => JsonMaker.Make(""" "address":"10.0.0.7" """, Names, random);

    public override FuzzOutcome Decode(byte[] input)
    {
        var body = new ReadOnlySequence<byte>(input);
        object? read = null;
        var shape = "";
        foreach (var decoder in new Func<ReadOnlySequence<byte>, object>[]
        {
            bytes => InstanceBodies.Registration(Key, bytes), bytes => InstanceBodies.Status(bytes), bytes => CheckBodies.Update(bytes), bytes =>
                CheckBodies.Check(bytes),
        })
        {
            try
            {
                var one = decoder(body);
                (read, shape) = (read ?? one, shape + one.GetType().Name);
            }
            catch (ProblemException refusal)
            {
                shape += $"{refusal.Problem.Type.Name} {(refusal.Problem.Errors is [var first, ..] ? first.Field.Split('[', '.')[0] : "")};";
                // Whatever is refused can be told.
                using var json = new Utf8JsonWriter(new ArrayBufferWriter<byte>(), JsonAnswer.WriterOptions);
                json.WriteStartObject();
                refusal.Problem.Write(json, "/");
                json.WriteEndObject();
                json.Flush();
            }
        }

        return read is null ? FuzzOutcome.Refused(shape) : FuzzOutcome.Read(read, shape);
    }

    public override void Check(object value)
    {
        if (value is Registration registration)
            Entries.Check(registration);
    }
}

/// <summary>The parameters of the query, of every operation of the registry's own API.</summary>
internal sealed class QueryTarget() : FuzzTarget("query")
{
    // Some twenty operations read each.
    public override long AllocatedPerByteMax => 2 * 1024;

    public override IEnumerable<byte[]> Seeds => InputText.OfAll(
        "status=passing,warning&tag=v2&tag=x&meta.region=eu&zone=a&version=1&method=Get&limit=10&after=1", "consistency=all&timeout=5s",
            "epoch=5&count=3&strategy=random",
        "service=web&cursor=AQA", "deadline=10s");

    public override IReadOnlyList<byte[]> Words => InputText.OfAll("&", "=", "status=", "meta.", "meta.a=", "timeout=", "%00", "%ff", "%ed%a0%80",
        "+", "limit=", "epoch=", "consistency=", "1m30s", "x");

    public override FuzzOutcome Decode(byte[] input)
    {
        var context = new DefaultHttpContext();
        context.Request.QueryString = new QueryString("?" + InputText.Text(input));
        var shape = "";
        foreach (var operation in ApiOperations.All)
            shape += Ask(() => QueryReader.Check(context.Request, operation));
        shape += Ask(() => QueryReader.Filter(context.Request, withZone: true)) + Ask(() => QueryReader.Epoch(context.Request))
            + Ask(() => QueryReader.WriteOptions(context.Request, new HttpOptions())) + Ask(() => QueryReader.Duration(context.Request, "deadline"))
            + Ask(() => QueryReader.Whole(context.Request, "limit", 1, 1_000));
        return FuzzOutcome.Read(input, shape);
    }

    private static string Ask(Action read)
    {
        try
        {
            read();
            return "+";
        }
        catch (ProblemException)
        {
            return "-";
        }
    }
}

/// <summary>The bodies of Consul's API: services, checks and the catalog's.</summary>
internal sealed class ConsulBodyTarget() : FuzzTarget("consul-bodies")
{
    private static readonly string[] Names =
    [
        "ID", "Name", "Address", "Port", "Tags", "Meta", "Weights", "Check", "Checks", "TTL", "HTTP", "TCP", "GRPC", "Interval", "Timeout",
            "Status", "Node", "Service",
        "CheckID", "ServiceID", "Output", "NodeMeta", "TaggedAddresses", "SkipNodeUpdate", "DeregisterCriticalServiceAfter", "Notes", "Header",
            "Method", "Body", "AliasService",
        "EnableTagOverride", "Passing", "Warning", "Kind", "Proxy", "Connect", "Args", "FailuresBeforeCritical", "SuccessBeforePassing",
            "TLSSkipVerify", "Namespace",
    ];

    public override IEnumerable<byte[]> Seeds => InputText.OfAll(
        """{"ID":"web-1","Name":"web","Address":"10.0.0.7","Port":8080,"Tags":["v2"],"Meta":{"a":"b"},"Weights":{"Passing":2,"Warning":1},"""
            + """ "Check":{"HTTP":"http://10.0.0.7/","Interval":"10s","Timeout":"1s","DeregisterCriticalServiceAfter":"90m"}}""",
        """{"Node":"ext","Address":"10.0.0.9","NodeMeta":{"a":"b"},"Service":{"ID":"db-1","Service":"db","Port":5432},"Checks":[{"CheckID":"c","""
            + """ "Name":"n","Status":"passing","ServiceID":"db-1"}]}""",
        """{"ID":"mem","Name":"m","TTL":"30s","Notes":"x"}""");

    public override IReadOnlyList<byte[]> Words => InputText.OfAll([.. Names.Select(name => $"\"{name}\":"), "{", "[", "}", "]", ",", "\\ud800",
        "\"10s\"", "_", "999999999999999999h"]);

    public override byte[] Make(Random random) => JsonMaker.Make(""" "Name":"web","ID":"web-1","TTL":"30s","Node":"ext","Address":"10.0.0.9" """,
        Names, random);

    public override FuzzOutcome Decode(byte[] input)
    {
        object? read = null;
        var shape = "";
        foreach (var decoder in new Func<LooseObject, object>[]
        {
            body => ServiceBody.Read(body, "Name").ToRegistration("web-1", "10.0.0.1", node: null), body => CatalogBody.Read(body), body =>
                CheckBody.Read(body, "id", "name"),
        })
        {
            try
            {
                var one = ConsulBody.Read(input, decoder);
                (read, shape) = (read ?? one, shape + one.GetType().Name);
            }
            catch (ConsulException refusal)
            {
                shape += new string([.. refusal.Message.Where(char.IsAsciiLetter).Take(40)]);
            }
        }

        return read is null ? FuzzOutcome.Refused(shape) : FuzzOutcome.Read(read, shape);
    }

    public override void Check(object value)
    {
        if (value is Registration registration)
            Entries.Check(registration);
    }
}

/// <summary>Consul's filters, applied to a thing that has members of every kind.</summary>
internal sealed class FilterTarget() : FuzzTarget("consul-filters")
{
    private static readonly string[] Parts =
    [
        "Service.Tags", "ServiceMeta", "ServiceMeta.a", "Node", "Port", "Checks", "Checks.Status", "Flag", "contains", "matches", "not matches",
            "is empty", "is not empty", "in",
        "not in", "==", "!=", "and", "or", "not", "(", ")", "\"web\"", "`web`", "\"(a+)+$\"", "\"a{1,1000}{1,1000}\"", "3", "-", "\"", "\\",
            "\"/a/b\"", "ServiceMeta[\"a\"]", ".",
    ];

    private static readonly string[] Selectors = ["Node", "Port", "Tags", "ServiceMeta", "ServiceMeta.a", "ServiceMeta[\"a\"]", "Service.Node",
        "Service.Service.Port", "Checks", "Flag", "None"];
    private static readonly string[] Operators = ["==", "!=", "contains", "not contains", "matches", "not matches"];
    private static readonly string[] Values = ["web", "\"v1\"", "`x y`", "3", "true", "\"^(a+)+$\"", "\"(\"", "\"\"", "\"\\d{1,9}\""];

    public override long AllocatedPerByteMax => 8 * 1024;

    /// <summary>Each pattern may take as much.</summary>
    public override long AllocatedBytesMax => FilterParser.PatternsMax * 2L * 1024 * 1024;

    public override int LengthMax => 2048;

    public override double Share => 0.5;

    public override IEnumerable<byte[]> Seeds => InputText.OfAll(
        "Node == \"web\"", "ServiceMeta.a == b and not (Port != 3 or \"v2\" in Tags)", "Tags contains `v1`", "Tags is empty",
            "ServiceMeta is not empty", "Node matches \"^w.b$\"", "a not in ServiceMeta");

    public override IReadOnlyList<byte[]> Words => InputText.OfAll([.. Parts.Select(part => part + " "), "(", "not "]);

    public override byte[] Make(Random random) => InputText.Of(random.Next(2) == 0
        ? string.Join(' ', Enumerable.Range(0, 1 + random.Next(12)).Select(_ => Parts[random.Next(Parts.Length)]))
        : Expression(random, 0));

    private static string Expression(Random random, int depth)
    {
        switch (depth < 8 ? random.Next(6) : 5)
        {
            case 0: return $"({Expression(random, depth + 1)})";
            case 1: return $"not {Expression(random, depth + 1)}";
            case 2: return $"{Expression(random, depth + 1)} and {Expression(random, depth + 1)}";
            case 3: return $"{Expression(random, depth + 1)} or {Expression(random, depth + 1)}";
            default:
                var (selector, value) = (Selectors[random.Next(Selectors.Length)], Values[random.Next(Values.Length)]);
                return random.Next(3) switch
                {
                    0 => $"{selector} {Operators[random.Next(Operators.Length)]} {value}",
                    1 => $"{value} {(random.Next(2) == 0 ? "in" : "not in")} {selector}",
                    _ => $"{selector} is {(random.Next(2) == 0 ? "" : "not ")}empty",
                };
        }
    }

    public override FuzzOutcome Decode(byte[] input)
    {
        try
        {
            var filter = FilterParser.Parse(InputText.Text(input));
            filter.Check(Sample.Instance);
            return FuzzOutcome.Read(filter, $"{filter.GetType().Name} {filter.Holds(Sample.Instance)}");
        }
        catch (FilterException refusal)
        {
            return FuzzOutcome.Refused(new string([.. refusal.Message.Where(char.IsAsciiLetter).Take(30)]));
        }
    }

    private sealed class Sample : IFilterable
    {
        public static readonly Sample Instance = new();

        public FilterValue? Select(string member) => member switch
        {
            "Node" => new FilterValue.Text(new string('a', 200) + "web"),
            "Port" => new FilterValue.Number(3),
            "Flag" => new FilterValue.Flag(true),
            "Tags" => new FilterValue.Texts(["v1", "v2"]),
            "ServiceMeta" => new FilterValue.Pairs(new Dictionary<string, string> { ["a"] = "b" }),
            "Service" => new FilterValue.Thing(this),
            "Checks" => new FilterValue.Things([new Leaf()]),
            _ => null,
        };
    }

    private sealed class Leaf : IFilterable
    {
        public FilterValue? Select(string member) => member == "Status" ? new FilterValue.Text("passing") : null;
    }
}
