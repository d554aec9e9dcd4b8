using Akka.Registry.Server.Problems;
using Shouldly;
using Xunit;

namespace Akka.Registry.Server.Tests.Problems;

public sealed class ProblemTests
{
    [Theory]
    [InlineData(RegistryError.Invalid, 400, "/problems/invalid", false, null)]
    [InlineData(RegistryError.NotFound, 404, "/problems/not-found", false, null)]
    [InlineData(RegistryError.StaleEpoch, 409, "/problems/stale-epoch", false, null)]
    [InlineData(RegistryError.LimitReached, 429, "/problems/limit-reached", true, "1")]
    [InlineData(RegistryError.NotReady, 503, "/problems/not-ready", true, "1")]
    [InlineData(RegistryError.OwnerUnreachable, 504, "/problems/owner-unreachable", true, "1")]
    public async Task Every_refusal_of_the_registry_has_its_problem(
        RegistryError error, int status, string type, bool retryable, string? retryAfter)
    {
        await using var door = await Door.OpenAsync();
        door.Registry.Refusal = new RegistryException(error, "The reason.");

        var answer = await door.GetAsync("/api/v1/services/orders");

        answer.Status.ShouldBe(status);
        answer.ContentType.ShouldBe("application/problem+json");
        answer.Names.ShouldBe("type title status detail instance retryable");
        answer.Json.GetProperty("type").GetString().ShouldBe(type);
        answer.Json.GetProperty("status").GetInt32().ShouldBe(status);
        answer.Json.GetProperty("detail").GetString().ShouldBe("The reason.");
        answer.Json.GetProperty("instance").GetString().ShouldBe("/api/v1/services/orders");
        answer.Json.GetProperty("retryable").GetBoolean().ShouldBe(retryable);
        (answer.Headers.RetryAfter?.ToString()).ShouldBe(retryAfter);
    }

    [Fact]
    public async Task A_node_that_is_too_busy_says_that_a_retry_is_safe()
    {
        await using var door = await Door.OpenAsync();
        door.Registry.Refusal = new TimeoutException("The registry did not answer within 5 s.");

        var answer = await door.SendAsync("PUT", "/api/v1/services/orders/instances/1/heartbeat");

        answer.Status.ShouldBe(503);
        answer.Json.GetProperty("type").GetString().ShouldBe("/problems/busy");
        answer.Json.GetProperty("retryable").GetBoolean().ShouldBeTrue();
        answer.Headers.RetryAfter!.ToString().ShouldBe("1");
    }

    [Fact]
    public void No_refusal_is_without_a_problem()
    {
        foreach (var error in Enum.GetValues<RegistryError>())
            ProblemTable.Of(error).Status.ShouldBeInRange(400, 599);
    }

    [Fact]
    public async Task A_defect_is_told_without_its_inside()
    {
        await using var door = await Door.OpenAsync();
        door.Registry.Refusal = new InvalidOperationException("secret");

        var answer = await door.GetAsync("/api/v1/services/orders");

        answer.Status.ShouldBe(500);
        answer.Names.ShouldBe("type title status detail instance retryable trace");
        answer.Json.GetProperty("type").GetString().ShouldBe("/problems/internal");
        answer.Body.ShouldNotContain("secret");
    }

    [Theory]
    [InlineData("GET", "/nothing")]
    [InlineData("GET", "/api/v1/nothing")]
    [InlineData("PUT", "/api/v2/services/a/instances/b")]
    [InlineData("GET", "/problems/nothing")]
    public async Task A_path_that_is_not_there_is_a_problem(string method, string path)
    {
        await using var door = await Door.OpenAsync();

        var answer = await door.SendAsync(method, path);

        answer.Status.ShouldBe(404);
        answer.ContentType.ShouldBe("application/problem+json");
        answer.Json.GetProperty("type").GetString().ShouldBe("/problems/no-such-path");
    }

    [Theory]
    [InlineData("POST", "/api/v1/services/a/instances/b", "DELETE, GET, HEAD, PUT")]
    [InlineData("GET", "/api/v1/services/a/instances/b/heartbeat", "PUT")]
    [InlineData("GET", "/api/v1/cluster/leave", "POST")]
    [InlineData("DELETE", "/", "GET, HEAD")]
    public async Task A_method_that_the_path_does_not_take_is_a_problem_with_those_that_it_takes(string method, string path, string allow)
    {
        await using var door = await Door.OpenAsync();

        var answer = await door.SendAsync(method, path);

        answer.Status.ShouldBe(405);
        string.Join(", ", answer.ContentHeaders.Allow.Order()).ShouldBe(allow);
        answer.Json.GetProperty("type").GetString().ShouldBe("/problems/method-not-allowed");
    }

    [Theory]
    [InlineData("GET", "/api/v1/services")]
    [InlineData("GET", "/api/v1/services/orders")]
    [InlineData("GET", "/api/v1/services/orders/routees")]
    [InlineData("GET", "/api/v1/services/orders/instances/1")]
    [InlineData("PUT", "/api/v1/services/orders/instances/1")]
    [InlineData("DELETE", "/api/v1/services/orders/instances/1")]
    [InlineData("PUT", "/api/v1/services/orders/instances/1/heartbeat")]
    [InlineData("PUT", "/api/v1/services/orders/instances/1/status")]
    [InlineData("GET", "/api/v1/watch")]
    [InlineData("GET", "/readyz")]
    public async Task Until_the_node_is_ready_it_says_why_not(string method, string path)
    {
        await using var door = await Door.OpenAsync();
        door.Registry.IsReady = false;
        door.Registry.NotReadyReason = "Still taking the registry over from node-2.";

        var answer = await door.SendAsync(method, path);

        answer.Status.ShouldBe(503);
        answer.Headers.RetryAfter!.ToString().ShouldBe("1");
        answer.Json.GetProperty("type").GetString().ShouldBe("/problems/not-ready");
        answer.Json.GetProperty("detail").GetString().ShouldBe("Still taking the registry over from node-2.");
    }

    [Theory]
    [InlineData("http://evil.example", 403)]
    [InlineData("null", 403)]
    [InlineData("http://localhost", 202)]
    public async Task Another_sites_page_changes_nothing(string origin, int status)
    {
        await using var door = await Door.OpenAsync();

        var answer = await door.SendAsync("POST", "/api/v1/cluster/leave", null, request => request.Headers.Add("Origin", origin));

        answer.Status.ShouldBe(status);
        door.Lifetime.ApplicationStopping.IsCancellationRequested.ShouldBe(status == 202);
    }

    [Fact]
    public async Task Every_type_of_problem_explains_itself_at_its_address()
    {
        await using var door = await Door.OpenAsync();
        foreach (var type in ProblemTable.Types)
        {
            var answer = await door.GetAsync(type.Uri);
            answer.Status.ShouldBe(200);
            answer.Names.ShouldBe("type title status retryable meaning");
            answer.Json.GetProperty("type").GetString().ShouldBe(type.Uri);
        }
    }

    [Fact]
    public async Task A_method_with_HEAD_answers_without_a_body()
    {
        await using var door = await Door.OpenOnSocketAsync();
        door.Registry.Add("orders", "1");

        var answer = await door.SendAsync("HEAD", "/api/v1/services/orders/instances/1");

        answer.Status.ShouldBe(200);
        answer.Body.ShouldBe("");
        answer.ContentHeaders.ContentLength.ShouldNotBeNull();
    }
}
