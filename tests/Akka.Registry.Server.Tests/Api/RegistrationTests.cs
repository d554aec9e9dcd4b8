using Akka.Registry.DistributedData;
using Shouldly;
using Xunit;

namespace Akka.Registry.Server.Tests.Api;

public sealed class RegistrationTests
{
    internal const string Path = "/api/v1/services/orders/instances/orders-1";

    internal const string Body =
        """
        {"address":"10.0.0.7","port":8080,"methods":["Orders.Place","Orders.Get"],"tags":["v2"],"metadata":{"region":"eu"},"zone":"a",
        "version":"2.1.0","weight":1,"ttl":"30s"}
        """;

    internal const string EntryNames =
        "service id address port methods tags metadata zone version weight ttl deregisterAfter status reported unverified suspect epoch "
        + "owner ownerUid stamp registeredAt expiresIn";

    [Fact]
    public async Task A_new_instance_is_created_with_its_location()
    {
        await using var door = await Door.OpenAsync();

        var answer = await door.SendAsync("PUT", Path, Body);

        answer.Status.ShouldBe(201);
        answer.ContentType.ShouldBe("application/json");
        answer.Headers.Location!.ToString().ShouldBe(Path);
        answer.Body.ShouldBe(
            Answer.OneLine("""
            {"service":"orders","id":"orders-1","address":"10.0.0.7","port":8080,"methods":["Orders.Place","Orders.Get"],"tags":["v2"],
            "metadata":{"region":"eu"},"zone":"a","version":"2.1.0","weight":1,"ttl":"30s","deregisterAfter":"30s","status":"passing",
            "reported":"passing","unverified":false,"suspect":false,"epoch":1767323045678,"owner":"node-1","ownerUid":"00000000000000a1",
            "stamp":"1767323045678.7@00000000000000a1","registeredAt":"2026-01-02T03:04:05.678Z","expiresIn":"30s","heldBy":1,"members":1,
            "consistencyReached":true}
            """));
    }

    [Fact]
    public async Task A_replacement_is_ok_and_has_no_location()
    {
        await using var door = await Door.OpenAsync();
        await door.SendAsync("PUT", Path, Body);

        var answer = await door.SendAsync("PUT", Path, Body);

        answer.Status.ShouldBe(200);
        answer.Headers.Location.ShouldBeNull();
        answer.Names.ShouldBe(EntryNames + " heldBy members consistencyReached");
    }

    [Fact]
    public async Task Every_field_reaches_the_registry()
    {
        await using var door = await Door.OpenAsync();

        await door.SendAsync("PUT", Path + "?consistency=majority&timeout=1s500ms",
            """
            {"address":"h","port":1,"methods":["m"],"tags":["t"],"metadata":{"a":"b"},"zone":"z","version":"v","weight":7,"ttl":"1m30s",
             "deregisterAfter":"500ms","status":"starting","epoch":"18446744073709551615"}
            """);

        var seen = door.Registry.LastRegistration!;
        (seen.Service, seen.Id, seen.Address, seen.Port, seen.Zone, seen.Version, seen.Weight).ShouldBe(("orders", "orders-1", "h", 1, "z", "v", 7));
        seen.Methods.ShouldBe(["m"]);
        seen.Tags.ShouldBe(["t"]);
        seen.Metadata.ShouldBe(new Dictionary<string, string> { ["a"] = "b" });
        seen.Ttl.ShouldBe(TimeSpan.FromSeconds(90));
        seen.DeregisterAfter.ShouldBe(TimeSpan.FromMilliseconds(500));
        seen.Status.ShouldBe(InstanceStatus.Starting);
        seen.Epoch.ShouldBe(ulong.MaxValue);
        door.Registry.LastWriteOptions.ShouldBe(new WriteOptions(WriteConsistency.Majority, TimeSpan.FromMilliseconds(1500)));
    }

    [Fact]
    public async Task Only_the_address_is_required_and_null_stands_for_absence()
    {
        await using var door = await Door.OpenAsync();

        var answer = await door.SendAsync("PUT", Path, """{"address":"h","ttl":null,"metadata":null,"epoch":null}""");

        answer.Status.ShouldBe(201);
        var seen = door.Registry.LastRegistration!;
        (seen.Port, seen.Weight, seen.Status, seen.Ttl, seen.Epoch).ShouldBe((0, 1, InstanceStatus.Passing, null, null));
        door.Registry.LastWriteOptions.ShouldBe(WriteOptions.Default);
    }

    [Fact]
    public async Task A_consistency_that_was_not_reached_is_accepted_and_says_how_many_hold_it()
    {
        await using var door = await Door.OpenAsync();
        door.Registry.Spread = (2, 5, false);

        var answer = await door.SendAsync("PUT", Path + "?consistency=all", Body);

        answer.Status.ShouldBe(202);
        answer.Headers.Location!.ToString().ShouldBe(Path);
        answer.Json.GetProperty("heldBy").GetInt32().ShouldBe(2);
        answer.Json.GetProperty("members").GetInt32().ShouldBe(5);
        answer.Json.GetProperty("consistencyReached").GetBoolean().ShouldBeFalse();
    }

    [Fact]
    public async Task A_body_without_a_type_is_taken_as_JSON()
    {
        await using var door = await Door.OpenAsync();

        var answer = await door.SendAsync("PUT", Path, Body, request => request.Content!.Headers.ContentType = null);

        answer.Status.ShouldBe(201);
    }

    [Theory]
    [InlineData(9007199254740991UL, "9007199254740991")]
    [InlineData(9007199254740992UL, "\"9007199254740992\"")]
    public async Task An_epoch_that_JavaScript_would_round_is_written_as_text(ulong epoch, string written)
    {
        await using var door = await Door.OpenAsync();

        var answer = await door.SendAsync("PUT", Path, $$"""{"address":"h","epoch":{{epoch}}}""");

        door.Registry.LastRegistration!.Epoch.ShouldBe(epoch);
        answer.Json.GetProperty("epoch").GetRawText().ShouldBe(written);
    }

    [Fact]
    public async Task Names_are_decoded_from_the_path_and_encoded_in_the_location()
    {
        await using var door = await Door.OpenAsync();

        var answer = await door.SendAsync("PUT", "/api/v1/services/b%C3%BCcher/instances/a%20b", Body);

        answer.Json.GetProperty("service").GetString().ShouldBe("bücher");
        answer.Json.GetProperty("id").GetString().ShouldBe("a b");
        answer.Headers.Location!.OriginalString.ShouldBe("/api/v1/services/b%C3%BCcher/instances/a%20b");
    }

    [Theory]
    [InlineData("""{"address":"h","port":70000}""", "port", "'port' must be a whole number from 0 to 65535.")]
    [InlineData("""{"address":"h","port":"80"}""", "port", "'port' must be a whole number from 0 to 65535.")]
    [InlineData("""{"address":"h","port":1.5}""", "port", "'port' must be a whole number from 0 to 65535.")]
    [InlineData("""{"address":7}""", "address", "'address' is a number; it must be a text.")]
    [InlineData("""{"address":"h","weight":-1}""", "weight", "'weight' must be a whole number from 0 to 65535.")]
    [InlineData("""{"address":"h","tags":"v2"}""", "tags", "'tags' is a text; it must be a list of texts.")]
    [InlineData("""{"address":"h","tags":["a",null]}""", "tags[1]", "'tags[1]' is null; it must be a text.")]
    [InlineData("""{"address":"h","tags":[{"a":[1]}]}""", "tags[0]", "'tags[0]' is an object; it must be a text.")]
    [InlineData("""{"address":"h","metadata":["a"]}""", "metadata", "'metadata' is a list; it must be an object whose values are texts.")]
    [InlineData("""{"address":"h","metadata":{"a":1}}""", "metadata.a", "'metadata.a' is a number; it must be a text.")]
    [InlineData("""{"address":"h","metadata":{"a":"1","a":"2"}}""", "metadata.a", "'metadata.a' is given twice.")]
    [InlineData("""{"address":"h","ttl":30}""", "ttl", "'ttl' must be a duration as text with its unit, as \"30s\", \"500ms\" or \"1m30s\".")]
    [InlineData("""{"address":"h","ttl":"30"}""", "ttl", "'ttl' must be a duration as text with its unit, as \"30s\", \"500ms\" or \"1m30s\".")]
    [InlineData("""{"address":"h","status":"up"}""", "status",
        "'status' must be one of starting, passing, warning, critical, draining, out-of-service.")]
    [InlineData("""{"address":"h","status":"out-of-service"}""", "status",
        "'status' may not be out-of-service: that is the operator's word; an instance says draining.")]
    [InlineData("""{"address":"h","epoch":0}""", "epoch",
        "'epoch' must be a whole number from 1 to 18446744073709551615; beyond 2^53 - 1 as a text of digits.")]
    [InlineData("""{"address":"h","epoch":-1}""", "epoch",
        "'epoch' must be a whole number from 1 to 18446744073709551615; beyond 2^53 - 1 as a text of digits.")]
    [InlineData("""{"address":"h","address":"i"}""", "address", "The field 'address' is given twice.")]
    [InlineData("""{"port":80}""", "address", "The field 'address' is required.")]
    [InlineData("""{"address":null}""", "address", "The field 'address' is required.")]
    [InlineData("""{"address":"\ud800"}""", "address", "'address' holds bytes that are not UTF-8, or half of a surrogate pair.")]
    [InlineData("""{"address":"h","prot":80}""", "prot",
        "There is no field 'prot'; the fields are address, port, methods, tags, metadata, zone, version, weight, ttl, deregisterAfter, status, "
        + "epoch, lease, checks.")]
    public async Task A_field_that_is_wrong_is_named(string body, string field, string detail)
    {
        await using var door = await Door.OpenAsync();

        var answer = await door.SendAsync("PUT", Path, body);

        answer.Status.ShouldBe(400);
        answer.ContentType.ShouldBe("application/problem+json");
        answer.Names.ShouldBe("type title status detail instance retryable field errors");
        answer.Json.GetProperty("type").GetString().ShouldBe("/problems/invalid");
        answer.Json.GetProperty("field").GetString().ShouldBe(field);
        answer.Json.GetProperty("detail").GetString().ShouldBe(detail);
        door.Registry.LastRegistration.ShouldBeNull();
    }

    [Fact]
    public async Task All_fields_that_are_wrong_are_named_at_once()
    {
        await using var door = await Door.OpenAsync();

        var answer = await door.SendAsync("PUT", Path, """{"port":-1,"wight":2,"tags":[1,"b",2]}""");

        answer.Json.GetProperty("detail").GetString().ShouldBe("5 fields are not valid: port, wight, tags[0], tags[1], address.");
        answer.Json.GetProperty("errors").GetArrayLength().ShouldBe(5);
    }

    [Theory]
    [InlineData("", 1, 1, "The body is empty; a JSON object is expected.")]
    [InlineData("{\"address\":\"h\",\n\"port\":}", 2, 8, "'}' is an invalid start of a value.")]
    [InlineData("{\"address\":\"h\"", 1, 15,
        "Expected depth to be zero at the end of the JSON payload. There is an open JSON object or array that should be closed.")]
    [InlineData("{\"address\":\"h\"} x", 1, 17, "'x' is invalid after a single JSON value. Expected end of data.")]
    public async Task A_body_that_is_no_JSON_is_refused_with_its_position(string body, int line, int column, string detail)
    {
        await using var door = await Door.OpenAsync();

        var answer = await door.SendAsync("PUT", Path, body);

        answer.Status.ShouldBe(400);
        answer.Names.ShouldBe("type title status detail instance retryable line column");
        answer.Json.GetProperty("type").GetString().ShouldBe("/problems/malformed-json");
        answer.Json.GetProperty("detail").GetString().ShouldBe(detail);
        answer.Json.GetProperty("line").GetInt32().ShouldBe(line);
        answer.Json.GetProperty("column").GetInt32().ShouldBe(column);
    }

    [Fact]
    public async Task A_body_that_is_no_object_is_refused()
    {
        await using var door = await Door.OpenAsync();

        var answer = await door.SendAsync("PUT", Path, "[1]");

        answer.Status.ShouldBe(400);
        answer.Json.GetProperty("detail").GetString().ShouldBe("The body is a list; a JSON object is expected.");
    }

    [Theory]
    [InlineData("?consistency=quorum", "consistency", "'consistency' must be one of local, majority, all.")]
    [InlineData("?timeout=5", "timeout",
        "'timeout' must be a duration as text with its unit, as \"30s\", \"500ms\" or \"1m30s\", above zero and at most 30s.")]
    [InlineData("?timeout=31s", "timeout",
        "'timeout' must be a duration as text with its unit, as \"30s\", \"500ms\" or \"1m30s\", above zero and at most 30s.")]
    [InlineData("?consistancy=all", "consistancy", "There is no parameter 'consistancy'; those that there are: consistency, timeout.")]
    [InlineData("?timeout=1s&timeout=2s", "timeout", "The parameter 'timeout' is given 2 times.")]
    public async Task A_parameter_that_is_wrong_is_named(string query, string field, string detail)
    {
        await using var door = await Door.OpenAsync();

        var answer = await door.SendAsync("PUT", Path + query, Body);

        answer.Status.ShouldBe(400);
        answer.Json.GetProperty("field").GetString().ShouldBe(field);
        answer.Json.GetProperty("detail").GetString().ShouldBe(detail);
    }

    [Fact]
    public async Task A_body_over_the_limit_is_refused_with_the_limit()
    {
        await using var door = await Door.OpenAsync(new HttpOptions { BodyBytesMax = 1024 });

        var declared = await door.SendAsync("PUT", Path, $$"""{"address":"{{new string('a', 1024)}}"}""");
        var fitting = await door.SendAsync("PUT", Path, $$"""{"address":"{{new string('a', 1024 - 14)}}"}""");

        declared.Status.ShouldBe(413);
        declared.Json.GetProperty("type").GetString().ShouldBe("/problems/too-large");
        declared.Json.GetProperty("limitBytes").GetInt32().ShouldBe(1024);
        fitting.Status.ShouldBe(201);
    }

    [Fact]
    public async Task A_body_of_undeclared_length_over_the_limit_is_refused()
    {
        await using var door = await Door.OpenAsync();

        var answer = await door.SendAsync("PUT", Path, new string(' ', (64 * 1024) + 1), request =>
        {
            request.Headers.TransferEncodingChunked = true;
            request.Content!.Headers.ContentLength = null;
        });

        answer.Status.ShouldBe(413);
        answer.Json.GetProperty("detail").GetString().ShouldBe("The body is larger than 65536 bytes (http.body-bytes-max).");
    }

    [Theory]
    [InlineData("application/x-www-form-urlencoded", null)]
    [InlineData("text/plain", null)]
    [InlineData("application/json; charset=utf-16", null)]
    [InlineData("application/json", "gzip")]
    public async Task A_body_of_another_type_is_refused(string type, string? encoding)
    {
        await using var door = await Door.OpenAsync();

        var answer = await door.SendAsync("PUT", Path, Body, request =>
        {
            request.Content!.Headers.Remove("Content-Type");
            request.Content.Headers.TryAddWithoutValidation("Content-Type", type);
            if (encoding is not null)
                request.Content.Headers.ContentEncoding.Add(encoding);
        });

        answer.Status.ShouldBe(415);
        answer.Json.GetProperty("type").GetString().ShouldBe("/problems/unsupported-media-type");
    }
}
