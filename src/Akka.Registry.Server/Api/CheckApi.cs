using Akka.Registry.Server.Json;

namespace Akka.Registry.Server.Api;

/// <summary>What is done to single checks of an instance.</summary>
internal static class CheckApi
{
    /// <summary>Takes a word about a check.</summary>
    public static async Task Update(ApiCall call)
    {
        var epoch = QueryReader.Epoch(call.Http.Request);
        var (status, output) = await RequestBody.ReadAsync(call, CheckBodies.Update);
        await Send(call, await call.Registry.UpdateCheckAsync(call.Key, call.Check, status, output, epoch, call.Aborted));
    }

    /// <summary>Adds or replaces a check.</summary>
    public static async Task Put(ApiCall call)
    {
        var check = await RequestBody.ReadAsync(call, CheckBodies.Check);
        await Send(call, await call.Registry.PutCheckAsync(call.Key, check, call.Aborted));
    }

    /// <summary>Takes a check away.</summary>
    public static async Task Remove(ApiCall call) =>
        await Send(call, await call.Registry.RemoveCheckAsync(call.Key, call.Check, call.Aborted));

    private static Task Send(ApiCall call, ServiceEntry entry) =>
        JsonAnswer.Send(call.Http, StatusCodes.Status200OK, (entry, call.Registry), static (json, state) =>
            EntryJson.WriteMembers(json, state.entry, state.Registry, state.Registry.ExpiresIn(state.entry)));
}
