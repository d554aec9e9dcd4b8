using Akka.Registry.Checks;
using Shouldly;
using Xunit;

namespace Akka.Registry.Server.Tests.Api;

public sealed class CheckApiTests
{
    private const string Path = RegistrationTests.Path;

    [Fact]
    public async Task Checks_of_every_kind_reach_the_registry()
    {
        await using var door = await Door.OpenAsync();

        var answer = await door.SendAsync("PUT", Path,
            """
            {"address":"h","lease":"none","checks":[
              {"id":"t","kind":"ttl","ttl":"15s","initialStatus":"passing","deregisterAfter":"90m"},
              {"id":"m","kind":"manual","name":"n","notes":"o"},
              {"id":"w","kind":"http","url":"https://h/x","method":"HEAD","headers":{"A":"b","C":["d","e"]},"body":"z","expect":[200,"300-308"],
               "interval":"5s","timeout":"1s","skipTlsVerify":true,"followRedirects":true,
               "successBeforePassing":2,"failuresBeforeWarning":3,"failuresBeforeCritical":4},
              {"id":"p","kind":"tcp","host":"h","port":5432,"interval":"3s"},
              {"id":"g","kind":"grpc","host":"h","port":9,"service":"s","tls":true},
              {"id":"a","kind":"alias","service":"other","instance":"o-1"}]}
            """);

        answer.Status.ShouldBe(201);
        var seen = door.Registry.LastRegistration!;
        seen.Lease.ShouldBe(LeaseKind.None);
        seen.Checks.ShouldBe(
        [
            new CheckDefinition.Ttl
            {
                Id = "t", TimeToLive = TimeSpan.FromSeconds(15), InitialStatus = InstanceStatus.Passing, DeregisterAfter = TimeSpan.FromMinutes(90),
            },
            new CheckDefinition.Manual { Id = "m", Name = "n", Notes = "o" },
            new CheckDefinition.Http
            {
                Id = "w", Url = "https://h/x", Method = "HEAD", Body = "z", SkipTlsVerify = true, FollowRedirects = true,
                Headers = [KeyValuePair.Create("A", "b"), KeyValuePair.Create("C", "d"), KeyValuePair.Create("C", "e")],
                Expected = [new HttpStatusRange(200, 200), new HttpStatusRange(300, 308)],
                Interval = TimeSpan.FromSeconds(5), Timeout = TimeSpan.FromSeconds(1),
                SuccessBeforePassing = 2, FailuresBeforeWarning = 3, FailuresBeforeCritical = 4,
            },
            new CheckDefinition.Tcp { Id = "p", Host = "h", Port = 5432, Interval = TimeSpan.FromSeconds(3), Timeout = TimeSpan.FromSeconds(3) },
            new CheckDefinition.Grpc { Id = "g", Host = "h", Port = 9, Service = "s", Tls = true },
            new CheckDefinition.Alias { Id = "a", Service = "other", Instance = "o-1" },
        ]);
    }

    [Fact]
    public async Task Everything_that_is_wrong_with_checks_is_named()
    {
        await using var door = await Door.OpenAsync();

        var answer = await door.SendAsync("PUT", Path,
            """
            {"address":"h","lease":"some","checks":[
              {"kind":"ttl","ttl":15,"url":"x"},{"id":"b","kind":"what"},7,{"id":"c","kind":"http","url":"u","expect":["2xx"],"tls":true},
              {"id":"d","kind":"tcp","host":"h","port":0,"id":"e"},{"id":"f"}]}
            """);

        answer.Status.ShouldBe(400);
        answer.Json.GetProperty("errors").EnumerateArray().Select(error => error.GetProperty("field").GetString()).Order().ShouldBe(
        [
            "checks[0].id", "checks[0].ttl", "checks[0].url", "checks[1].kind", "checks[2]", "checks[3].expect", "checks[3].tls", "checks[4].id",
            "checks[4].port", "checks[5].kind", "lease",
        ]);
    }

    [Theory]
    [InlineData("""{"address":"h","checks":{}}""", 400)]
    [InlineData("""{"address":"h","checks":[{"id":"a",]}""", 400)]
    [InlineData("""{"address":"h","checks":null}""", 201)]
    public async Task A_list_that_is_none_is_refused(string body, int status)
    {
        await using var door = await Door.OpenAsync();

        (await door.SendAsync("PUT", Path, body)).Status.ShouldBe(status);
    }

    [Fact]
    public async Task A_word_about_a_check_is_taken_and_shown()
    {
        await using var door = await Door.OpenOnSocketAsync();
        await door.SendAsync("PUT", Path, """{"address":"h","lease":"none","checks":[{"id":"a/b","kind":"ttl","ttl":"15s","name":"n"}]}""");

        var before = (await door.GetAsync(Path)).Json;
        before.GetProperty("status").GetString().ShouldBe("critical");
        before.GetProperty("lease").GetString().ShouldBe("none");
        var answer = await door.SendAsync("PUT", Path + "/checks/a%2Fb", """{"status":"passing","output":"fine"}""");

        answer.Status.ShouldBe(200);
        answer.Json.GetProperty("status").GetString().ShouldBe("passing");
        answer.Json.GetProperty("checks").GetRawText().ShouldBe(
            """[{"id":"a/b","kind":"ttl","name":"n","notes":"","status":"passing","output":"fine","since":"2026-01-02T03:04:05.678Z"}]""");
    }

    [Theory]
    [InlineData("""{"status":"draining"}""", 400)]
    [InlineData("""{"output":"x"}""", 400)]
    [InlineData("""{"status":"passing","more":1}""", 400)]
    public async Task A_word_that_is_none_is_refused(string body, int status)
    {
        await using var door = await Door.OpenAsync();
        await door.SendAsync("PUT", Path, """{"address":"h","checks":[{"id":"a","kind":"manual"}]}""");

        (await door.SendAsync("PUT", Path + "/checks/a", body)).Status.ShouldBe(status);
        (await door.SendAsync("PUT", Path + "/checks/none", """{"status":"passing"}""")).Status.ShouldBe(404);
    }

    [Fact]
    public async Task Checks_are_added_and_taken_away()
    {
        await using var door = await Door.OpenAsync();
        await door.SendAsync("PUT", Path, RegistrationTests.Body);

        var added = await door.SendAsync("POST", Path + "/checks", """{"id":"m","kind":"manual","initialStatus":"warning"}""");
        added.Json.GetProperty("status").GetString().ShouldBe("warning");
        var removed = await door.SendAsync("DELETE", Path + "/checks/m");

        removed.Json.TryGetProperty("checks", out _).ShouldBeFalse();
        (await door.SendAsync("POST", Path + "/checks", "[]")).Status.ShouldBe(400);
        (await door.SendAsync("POST", Path + "/checks", "")).Status.ShouldBe(400);
        (await door.SendAsync("POST", Path + "/checks", """{"id":"m","kind":"manual"} 1""")).Status.ShouldBe(400);
    }

    [Fact]
    public async Task A_node_looks_at_a_real_server_and_tells_what_it_saw()
    {
        await using var node = await RealNode.StartAsync();
        await using var target = await Checks.CheckTarget.StartAsync(_ => Task.CompletedTask);
        using var watch = new Streams.EventReader(await node.Client.GetAsync(
            new Uri("/api/v1/watch?service=orders", UriKind.Relative), HttpCompletionOption.ResponseHeadersRead));
        await watch.NextAsync();

        using var body = new StringContent(
            $$"""{"address":"127.0.0.1","lease":"none","checks":[{"id":"p","kind":"http","url":"{{target.Url}}/"}]}""", null, "application/json");
        (await node.Client.PutAsync(new Uri(Path, UriKind.Relative), body)).EnsureSuccessStatusCode();
        (await watch.NextAsync())!.ShouldContain("\"status\":\"critical\"");

        (await watch.NextAsync())!.ShouldContain("200 OK Output:");
        (await node.Client.GetStringAsync(new Uri(Path, UriKind.Relative))).ShouldContain("\"status\":\"passing\"");
    }
}
