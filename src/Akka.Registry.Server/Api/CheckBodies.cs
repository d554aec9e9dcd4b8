using System.Buffers;
using Akka.Registry.Checks;
using Akka.Registry.Server.Json;

namespace Akka.Registry.Server.Api;

/// <summary>Reads the bodies that speak of checks.</summary>
internal static class CheckBodies
{
    private static readonly string[] UpdateFields = ["status", "output"];

    /// <summary>Reads how a check stands.</summary>
    public static (InstanceStatus Status, string Output) Update(in ReadOnlySequence<byte> body)
    {
        var fields = new BodyFields(body, UpdateFields);
        InstanceStatus? status = null;
        var output = "";
        while (fields.Next() is { } field)
        {
            if (field == "status")
                status = fields.Status(field);
            else
                output = fields.Text(field) ?? "";
        }

        fields.Require("status", status);
        if (status is { } given && !CheckStatuses.IsOfCheck(given))
            fields.Note("status", "'status' must be passing, warning or critical.");
        fields.ThrowIfWrong();
        return (status!.Value, output);
    }

    /// <summary>Reads a check.</summary>
    public static CheckDefinition Check(in ReadOnlySequence<byte> body)
    {
        var fields = BodyFields.OfAny(body);
        var check = fields.Check("check");
        fields.ThrowIfWrong();
        return check!;
    }
}
