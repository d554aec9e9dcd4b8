using System.Globalization;
using System.Text.Json.Nodes;
using Microsoft.OpenApi;

namespace Akka.Registry.Server.OpenApi;

/// <summary>Words to write schemas with.</summary>
internal static class Schema
{
    /// <summary>A text.</summary>
    public static OpenApiSchema Text(string description, string? pattern = null) =>
        new() { Type = JsonSchemaType.String, Description = description, Pattern = pattern };

    /// <summary>One of several texts.</summary>
    /// <param name="description">What it means.</param>
    /// <param name="texts">With spaces between them.</param>
    public static OpenApiSchema OneOfTexts(string description, string texts) => new()
    {
        Type = JsonSchemaType.String,
        Description = description,
        Enum = [.. texts.Split(' ').Select(text => (JsonNode)JsonValue.Create(text))],
    };

    /// <summary>A whole number.</summary>
    public static OpenApiSchema Whole(string description, int min = 0, int? max = null) => new()
    {
        Type = JsonSchemaType.Integer,
        Format = "int64",
        Description = description,
        Minimum = min.ToString(CultureInfo.InvariantCulture),
        Maximum = max?.ToString(CultureInfo.InvariantCulture),
    };

    /// <summary>An epoch.</summary>
    public static OpenApiSchema Epoch() => new()
    {
        Type = JsonSchemaType.Integer | JsonSchemaType.String,
        Description = "A whole 64-bit number. Written as a number up to 2^53 - 1 and as a text of digits beyond, so that no reader rounds it; "
            + "read as either. Those that a node mints are milliseconds of its clock.",
    };

    /// <summary>True or false.</summary>
    public static OpenApiSchema Flag(string description) => new() { Type = JsonSchemaType.Boolean, Description = description };

    /// <summary>The schema, or null.</summary>
    public static OpenApiSchema Nullable(OpenApiSchema schema)
    {
        // An enumeration would have to list null itself.
        if (schema.Enum is not null)
            return OrNull(schema);
        schema.Type |= JsonSchemaType.Null;
        return schema;
    }

    /// <summary>A list.</summary>
    public static OpenApiSchema List(IOpenApiSchema items) => new() { Type = JsonSchemaType.Array, Items = items };

    /// <summary>Texts by name.</summary>
    public static OpenApiSchema Map(string description) =>
        new() { Type = JsonSchemaType.Object, Description = description, AdditionalProperties = Text("A value.") };

    /// <summary>Whole numbers by name.</summary>
    public static OpenApiSchema WholeMap(string description) =>
        new() { Type = JsonSchemaType.Object, Description = description, AdditionalProperties = Whole("A number.") };

    /// <summary>A named schema of the document.</summary>
    public static OpenApiSchemaReference Ref(string name, OpenApiDocument document) => new(name, document);

    /// <summary>A named schema of the document, or null.</summary>
    public static OpenApiSchema RefOrNull(string name, OpenApiDocument document) => OrNull(Ref(name, document));

    /// <summary>An object with these fields and no others.</summary>
    /// <param name="description">What it is.</param>
    /// <param name="fields">Each name and its schema; one that ends in a question mark may be absent.</param>
    public static OpenApiSchema Object(string description, (string Name, IOpenApiSchema Schema)[] fields) => new()
    {
        Type = JsonSchemaType.Object,
        Description = description,
        Properties = fields.ToDictionary(field => field.Name.TrimEnd('?'), field => field.Schema),
        Required = fields.Where(field => !field.Name.EndsWith('?')).Select(field => field.Name).ToHashSet(),
        AdditionalPropertiesAllowed = false,
    };

    private static OpenApiSchema OrNull(IOpenApiSchema schema) =>
        new() { OneOf = [new OpenApiSchema { Type = JsonSchemaType.Null }, schema] };
}
