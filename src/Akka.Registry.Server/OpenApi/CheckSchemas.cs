using Microsoft.OpenApi;

namespace Akka.Registry.Server.OpenApi;

/// <summary>The shapes of checks.</summary>
internal static class CheckSchemas
{
    private const string Statuses = "passing warning critical";
    private const string Kinds = "ttl manual http tcp grpc alias";

    /// <summary>A check as it is registered.</summary>
    public static OpenApiSchema Check(OpenApiDocument document) => Schema.Object(
        "Something that the owner of the entry looks at to tell how an instance is. A field that is not of its kind is refused.",
        [
            ("id", Schema.Text("Unique within the instance.")), ("kind", Schema.OneOfTexts("What is looked at.", Kinds)),
            ("name?", Schema.Text("What people call it.")), ("notes?", Schema.Text("What people should know of it.")),
            ("initialStatus?", Schema.OneOfTexts("Before the first result. Default critical.", Statuses)),
            ("successBeforePassing?", Schema.Whole("Successes in a row that make it passing. Default 1.", 1, 100)),
            ("failuresBeforeWarning?", Schema.Whole("Failures in a row that make it warning. Default: as for critical.", 1, 100)),
            ("failuresBeforeCritical?", Schema.Whole("Failures in a row that make it critical. Default 1.", 1, 100)),
            ("deregisterAfter?", Schema.Ref("Duration", document)),
            ("ttl?", Schema.Ref("Duration", document)),
            ("interval?", Schema.Ref("Duration", document)),
            ("timeout?", Schema.Ref("Duration", document)),
            ("url?", Schema.Text("http: an absolute http or https URL.")),
            ("method?", Schema.Text("http: the method. Default GET.")),
            ("headers?", new OpenApiSchema
            {
                Type = JsonSchemaType.Object,
                Description = "http: headers; a value is a text, or a list of texts.",
                AdditionalProperties = new OpenApiSchema
                {
                    Type = JsonSchemaType.String | JsonSchemaType.Array, Description = "A value.", Items = Schema.Text("One of several values."),
                },
            }),
            ("body?", Schema.Text("http: the request's body.")),
            ("expect?", Schema.List(new OpenApiSchema
            {
                Type = JsonSchemaType.Integer | JsonSchemaType.String, Description = "http: a status that passes, or a range as `300-308`. "
                    + "Default 200-299; 429 is a warning.",
            })),
            ("skipTlsVerify?", Schema.Flag("http, grpc: any certificate will do.")),
            ("followRedirects?", Schema.Flag("http: redirects are followed.")),
            ("host?", Schema.Text("tcp, grpc: host name or IP address.")),
            ("port?", Schema.Whole("tcp, grpc: the port.", 1, 65_535)),
            ("tls?", Schema.Flag("grpc: TLS is spoken.")),
            ("service?", Schema.Text("grpc: the service that is asked for, default the whole server. alias: the service.")),
            ("instance?", Schema.Text("alias: the instance. Default: the service as a whole, which is as its best instance.")),
        ]);

    /// <summary>A check and what came of it.</summary>
    public static OpenApiSchema State(OpenApiDocument document) => Schema.Object(
        "A check and what came of it last.",
        [
            ("id", Schema.Text("Unique within the instance.")), ("kind", Schema.OneOfTexts("What is looked at.", Kinds)),
            ("name", Schema.Text("What people call it.")), ("notes", Schema.Text("What people should know of it.")),
            ("status", Schema.Ref("Status", document)), ("output", Schema.Text("What the last result said; of another node's entry it may be older.")),
            ("since", Schema.Nullable(Schema.Text("When it became what it is; RFC 3339, UTC; null before the first result."))),
        ]);

    /// <summary>A word about a check.</summary>
    public static OpenApiSchema Update() => Schema.Object(
        "How a TTL or manual check stands.",
        [("status", Schema.OneOfTexts("Its status.", Statuses)), ("output?", Schema.Text("What to keep with it."))]);
}
