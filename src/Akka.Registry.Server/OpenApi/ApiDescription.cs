using Akka.Registry.Server.Api;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;

namespace Akka.Registry.Server.OpenApi;

/// <summary>Describes the API's operations in the OpenAPI document.</summary>
internal sealed class ApiDescription : IOpenApiDocumentTransformer
{
    private const string JsonType = Json.JsonAnswer.ContentType;

    /// <inheritdoc/>
    public Task TransformAsync(OpenApiDocument document, OpenApiDocumentTransformerContext context, CancellationToken cancellationToken)
    {
        document.Info = new OpenApiInfo
        {
            Title = "Akka.Registry",
            Version = "v1",
            Description = "A masterless service registry. Any node takes any request. Every error is a problem document (RFC 9457).",
        };
        foreach (var (name, schema) in ApiSchemas.All(document))
            document.AddComponent(name, schema);
        document.Paths.Clear();
        foreach (var group in ApiOperations.All.GroupBy(operation => operation.Path))
        {
            document.Paths[group.Key] = new OpenApiPathItem
            {
                Parameters = PathParameters(group.Key),
                Operations = group.ToDictionary(operation => HttpMethod.Parse(operation.Method), operation => Describe(operation, document)),
            };
        }

        return Task.CompletedTask;
    }

    private static OpenApiOperation Describe(ApiOperation operation, OpenApiDocument document) => new()
    {
        OperationId = operation.Id,
        Summary = operation.Summary,
        Description = operation.Description,
        Tags = new HashSet<OpenApiTagReference> { new(operation.Heading, document) },
        Parameters = [.. operation.Query.Select(parameter => Describe(parameter, document))],
        RequestBody = operation.Body is null ? null : new OpenApiRequestBody
        {
            Required = true,
            Content = Content(JsonType, operation.Body, document),
        },
        Responses = Responses(operation, document),
    };

    private static OpenApiParameter Describe(ApiParameter parameter, OpenApiDocument document) => new()
    {
        Name = parameter.Pattern,
        In = ParameterLocation.Query,
        Description = parameter.Description,
        Schema = parameter.Repeats ? Schema.List(Schema.Ref(parameter.Schema, document)) : Schema.Ref(parameter.Schema, document),
    };

    private static List<IOpenApiParameter> PathParameters(string path) =>
    [
        .. path.Split('/').Where(segment => segment.StartsWith('{')).Select(segment => new OpenApiParameter
        {
            Name = segment.Trim('{', '}'),
            In = ParameterLocation.Path,
            Required = true,
            Schema = Schema.Text("One segment of the path."),
        }),
    ];

    private static OpenApiResponses Responses(ApiOperation operation, OpenApiDocument document)
    {
        var responses = new OpenApiResponses();
        foreach (var answer in operation.Answers)
        {
            responses[answer.Status.ToString()] = new OpenApiResponse
            {
                Description = answer.Description,
                Content = answer.Schema is null ? null : Content(answer.ContentType, answer.Schema, document),
            };
        }

        return responses;
    }

    private static Dictionary<string, OpenApiMediaType> Content(string type, string schema, OpenApiDocument document) =>
        new() { [type] = new OpenApiMediaType { Schema = Schema.Ref(schema, document) } };
}
