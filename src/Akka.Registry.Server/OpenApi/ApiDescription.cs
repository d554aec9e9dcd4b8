using Akka.Registry.Server.Api;
using Akka.Registry.Server.Security;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;

namespace Akka.Registry.Server.OpenApi;

/// <summary>Describes the API's operations in the OpenAPI document.</summary>
internal sealed class ApiDescription : IOpenApiDocumentTransformer
{
    private const string TokenScheme = "token";
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
        document.AddComponent(TokenScheme, new OpenApiSecurityScheme
        {
            Type = SecuritySchemeType.Http,
            Scheme = "bearer",
            Description = "A token that the node knows, where it knows any.",
        });
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
        Security = operation.Needs == AccessNeed.Nothing
            ? null
            : [new OpenApiSecurityRequirement(), new OpenApiSecurityRequirement { [new OpenApiSecuritySchemeReference(TokenScheme, document)] = [] }],
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
            Add(responses, answer, document);

        if (operation.Needs != AccessNeed.Nothing)
        {
            Add(responses, ApiAnswer.OfProblem(401, "This node asks for a token, and none that it knows was shown."), document);
            Add(responses, ApiAnswer.OfProblem(403, "The token has no right to do that; `detail` names the one that is missing."), document);
        }

        return responses;
    }

    private static void Add(OpenApiResponses responses, ApiAnswer answer, OpenApiDocument document) =>
        responses.TryAdd(answer.Status.ToString(), new OpenApiResponse
        {
            Description = answer.Description,
            Content = answer.Schema is null ? null : Content(answer.ContentType, answer.Schema, document),
        });

    private static Dictionary<string, OpenApiMediaType> Content(string type, string schema, OpenApiDocument document) =>
        new() { [type] = new OpenApiMediaType { Schema = Schema.Ref(schema, document) } };
}
