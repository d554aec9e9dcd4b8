using System.Text.Json;
using System.Text.RegularExpressions;
using Akka.Registry.Server.Api;
using Akka.Registry.Server.Tests.Fakes;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Shouldly;
using Xunit;

namespace Akka.Registry.Server.Tests.Api;

public sealed class OpenApiTests
{
    [Fact]
    public async Task The_document_lists_every_route_with_its_description()
    {
        await using var door = await Door.OpenAsync();

        var answer = await door.GetAsync("/openapi/v1.json");

        answer.Status.ShouldBe(200);
        answer.Json.GetProperty("openapi").GetString().ShouldStartWith("3.1");
        var listed = answer.Json.GetProperty("paths").EnumerateObject()
            .SelectMany(path => path.Value.EnumerateObject().Where(item => item.Name != "parameters")
                .Select(item => $"{item.Name.ToUpperInvariant()} {path.Name}"));
        var mapped = door.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>()
            .Where(endpoint => !IsOfPeople(endpoint.RoutePattern.RawText!))
            .Select(endpoint => $"{endpoint.Metadata.GetRequiredMetadata<HttpMethodMetadata>().HttpMethods[0]} {endpoint.RoutePattern.RawText}");
        listed.Order().ShouldBe(mapped.Order());
        listed.Order().ShouldBe(ApiOperations.All.Select(operation => $"{operation.Method} {operation.Path}").Order());
    }

    [Fact]
    public async Task Every_reference_of_the_document_leads_somewhere()
    {
        await using var door = await Door.OpenAsync();

        var answer = await door.GetAsync("/openapi/v1.json");

        var schemas = answer.Json.GetProperty("components").GetProperty("schemas").EnumerateObject().Select(schema => schema.Name).ToHashSet();
        var used = Regex.Matches(answer.Body, "#/components/schemas/(?<name>[A-Za-z]+)", RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture)
            .Select(match => match.Groups["name"].Value).ToHashSet();
        used.Count.ShouldBeGreaterThan(20);
        used.Where(name => !schemas.Contains(name)).ShouldBeEmpty();
        schemas.Where(name => !used.Contains(name)).ShouldBeEmpty();
    }

    [Theory]
    [InlineData("PUT", RegistrationTests.Path, RegistrationTests.Body, "Registered")]
    [InlineData("GET", "/api/v1/services/s/instances/1", null, "Entry")]
    [InlineData("PUT", "/api/v1/services/s/instances/1/heartbeat", null, "Heartbeat")]
    [InlineData("POST", "/api/v1/heartbeats", """[{"service":"s","id":"1"},{"service":"s","id":"none"}]""", "HeartbeatsTaken")]
    [InlineData("PUT", "/api/v1/services/s/instances/1/status", """{"override":"draining"}""", "Entry")]
    [InlineData("POST", "/api/v1/services/s/instances/1/drain", null, "Drained")]
    [InlineData("PUT", "/api/v1/services/s/instances/3/checks/c", """{"status":"passing"}""", "Entry")]
    [InlineData("GET", "/api/v1/services/s/instances/1/explain", null, "Explanation")]
    [InlineData("GET", "/api/v1/services/s/instances/2/explain", null, "Explanation")]
    [InlineData("GET", "/api/v1/services/s/instances/none/explain", null, "Explanation")]
    [InlineData("GET", "/api/v1/services?limit=1", null, "ServiceList")]
    [InlineData("GET", "/api/v1/services/s?limit=1", null, "Service")]
    [InlineData("GET", "/api/v1/services/s/routees", null, "Routees")]
    [InlineData("GET", "/api/v1/cluster", null, "Cluster")]
    [InlineData("POST", "/api/v1/cluster/leave", null, "Leaving")]
    [InlineData("GET", "/api/v1/prometheus/targets", null, "TargetList")]
    [InlineData("GET", "/healthz", null, "Health")]
    [InlineData("GET", "/problems/not-found", null, "ProblemMeaning")]
    [InlineData("GET", "/api/v1/services/none", null, "Problem")]
    [InlineData("PUT", RegistrationTests.Path, "{}", "Problem")]
    [InlineData("PUT", RegistrationTests.Path, "{", "Problem")]
    public async Task An_answer_has_the_shape_that_the_document_gives(string method, string path, string? body, string schema)
    {
        await using var door = await Door.OpenAsync();
        door.Registry.Add("s", "1", with => with with { Tags = ["t"] });
        door.Registry.Add("s", "2", owner: FakeRegistry.Other);
        door.Registry.Add("t", "1");
        door.Registry.Add("s", "3", with => with with
        {
            Lease = Akka.Registry.Checks.LeaseKind.None, Checks = [new Akka.Registry.Checks.CheckDefinition.Manual { Id = "c" }],
        });
        var document = (await door.GetAsync("/openapi/v1.json")).Json;

        var answer = await door.SendAsync(method, path, body);

        Check(answer.Json, document.GetProperty("components").GetProperty("schemas").GetProperty(schema), document, schema);
    }

    [Fact]
    public async Task A_registration_with_every_field_has_the_shape_that_the_document_gives()
    {
        await using var door = await Door.OpenAsync();
        var document = (await door.GetAsync("/openapi/v1.json")).Json;

        var schema = document.GetProperty("components").GetProperty("schemas").GetProperty("Registration");

        Check(JsonDocument.Parse(RegistrationTests.Body).RootElement, schema, document, "Registration");
        Answer.NamesOf(schema.GetProperty("properties")).ShouldBe(
            "address port methods tags metadata zone version weight ttl deregisterAfter status epoch lease checks");
    }

    /// <summary>The dashboard's files and the document itself.</summary>
    private static bool IsOfPeople(string path) => path is "/" or "/favicon.ico"
        || path.StartsWith("/dashboard/", StringComparison.Ordinal) || path.StartsWith("/openapi/", StringComparison.Ordinal);

    /// <summary>As much of JSON Schema as the document uses.</summary>
    private static void Check(JsonElement value, JsonElement schema, JsonElement document, string path)
    {
        if (schema.TryGetProperty("$ref", out var reference))
        {
            var name = reference.GetString()!.Split('/')[^1];
            Check(value, document.GetProperty("components").GetProperty("schemas").GetProperty(name), document, path);
            return;
        }

        if (schema.TryGetProperty("oneOf", out var choices))
        {
            if (value.ValueKind != JsonValueKind.Null)
                Check(value, choices[1], document, path);
            return;
        }

        TypesOf(schema).ShouldContain(TypeOf(value), path);
        if (schema.TryGetProperty("enum", out var texts))
            texts.EnumerateArray().Select(text => text.GetString()).ShouldContain(value.GetString(), path);
        if (schema.TryGetProperty("pattern", out var pattern))
            value.GetString()!.ShouldMatch(pattern.GetString()!, path);
        if (value.ValueKind == JsonValueKind.Array)
        {
            foreach (var item in value.EnumerateArray())
                Check(item, schema.GetProperty("items"), document, path + "[]");
        }

        if (value.ValueKind == JsonValueKind.Object && schema.TryGetProperty("properties", out var properties))
            CheckMembers(value, schema, properties, document, path);
    }

    private static void CheckMembers(JsonElement value, JsonElement schema, JsonElement properties, JsonElement document, string path)
    {
        foreach (var member in value.EnumerateObject())
        {
            properties.TryGetProperty(member.Name, out var known).ShouldBeTrue($"{path}.{member.Name} is not described");
            Check(member.Value, known, document, $"{path}.{member.Name}");
        }

        if (!schema.TryGetProperty("required", out var required))
            return;
        foreach (var name in required.EnumerateArray())
            value.TryGetProperty(name.GetString()!, out _).ShouldBeTrue($"{path}.{name} is missing");
    }

    private static string[] TypesOf(JsonElement schema)
    {
        var type = schema.GetProperty("type");
        return type.ValueKind == JsonValueKind.String ? [type.GetString()!] : [.. type.EnumerateArray().Select(one => one.GetString()!)];
    }

    private static string TypeOf(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Object => "object",
        JsonValueKind.Array => "array",
        JsonValueKind.String => "string",
        JsonValueKind.Number => "integer",
        JsonValueKind.True or JsonValueKind.False => "boolean",
        _ => "null",
    };
}
