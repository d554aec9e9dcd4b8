using System.Buffers;
using System.Text.Json;
using Akka.Registry.Server.Json;
using Akka.Registry.Server.Problems;

namespace Akka.Registry.Server.Api;

/// <summary>Reads a list of heartbeats, as strictly as any body: nothing counts unless all of it can be read.</summary>
/// <remarks>
/// Names go from the bytes to the leases without a text in between: an instance whose lease is here costs no allocation. Everything that is wrong
/// is gathered under its place, as <c>[3].id</c>, before it is said.
/// </remarks>
internal ref struct HeartbeatBodies
{
    private const int ErrorsMax = 20;
    /// <summary>A name that is longer goes by a text of its own; it is over the limits in all likelihood.</summary>
    private const int NameBytesMax = 256;
    /// <summary>What the shortest heartbeat takes: <c>{"service":"s","id":"i"}</c> and its comma.</summary>
    private const int BytesMin = 25;

    private readonly IServiceRegistry _registry;
    private readonly char[] _room;
    private Utf8JsonReader _json;
    private List<FieldError>? _errors;

    private HeartbeatBodies(in ReadOnlySequence<byte> body, IServiceRegistry registry, char[] room)
    {
        (_registry, _room) = (registry, room);
        _json = new Utf8JsonReader(body);
    }

    /// <summary>Reads all, or one more than the most that are allowed.</summary>
    /// <param name="body">The whole body.</param>
    /// <param name="registry">Whose names they are.</param>
    /// <param name="max">How many are allowed.</param>
    /// <returns>In an array of the shared pool, which is the caller's.</returns>
    /// <exception cref="ProblemException">It is no list of heartbeats.</exception>
    public static ArraySegment<InstanceBeat> Read(in ReadOnlySequence<byte> body, IServiceRegistry registry, int max)
    {
        var room = ArrayPool<char>.Shared.Rent(2 * NameBytesMax);
        var reader = new HeartbeatBodies(body, registry, room);
        var beats = ArrayPool<InstanceBeat>.Shared.Rent((int)Math.Min(max, body.Length / BytesMin) + 1);
        var count = reader.ReadAll(beats, max, body.IsEmpty);
        ArrayPool<char>.Shared.Return(room);
        return new ArraySegment<InstanceBeat>(beats, 0, count);
    }

    private int ReadAll(InstanceBeat[] beats, int max, bool isEmpty)
    {
        const string expected = "a JSON list of heartbeats is expected";
        if (isEmpty)
            throw new ProblemException(new Problem(ProblemTable.MalformedJson, $"The body is empty; {expected}.") { Position = (1, 1) });
        Next();
        if (_json.TokenType != JsonTokenType.StartArray)
            throw new ProblemException(new Problem(ProblemTable.Invalid, $"The body is something else; {expected}."));
        var (count, place) = (0, 0);
        for (Next(); _json.TokenType != JsonTokenType.EndArray; Next())
        {
            if (count > max)
                return count;
            if (TryRead(place++, out var beat))
                beats[count++] = beat;
        }

        Next();     // Nothing may follow: reading on fails when something does.
        return _errors is null ? count : throw new ProblemException(Problem.OfFields(_errors));
    }

    private bool TryRead(int place, out InstanceBeat beat)
    {
        beat = default;
        if (_json.TokenType != JsonTokenType.StartObject)
        {
            Note(place, "", "must be an object with 'service' and 'id'");
            Skip();
            return false;
        }

        ReadOnlySpan<char> service = default;
        ReadOnlySpan<char> id = default;
        ulong? epoch = null;
        var before = _errors?.Count;
        for (Next(); _json.TokenType == JsonTokenType.PropertyName; Next())
        {
            if (IsField("service"u8))
                service = Name(place, "service", _room.AsSpan(0, NameBytesMax), !service.IsEmpty);
            else if (IsField("id"u8))
                id = Name(place, "id", _room.AsSpan(NameBytesMax, NameBytesMax), !id.IsEmpty);
            else if (IsField("epoch"u8))
                epoch = Epoch(place, epoch is not null);
            else
                Unknown(place);
        }

        if (_errors?.Count != before)
            return false;
        if (service.IsEmpty)
            Note(place, "service", "is required, and is not empty");
        if (id.IsEmpty)
            Note(place, "id", "is required, and is not empty");
        if (_errors?.Count != before)
            return false;
        beat = _registry.BeatOf(service, id, epoch);
        return true;
    }

    /// <summary>Whether the field is that one; then its value comes next.</summary>
    private bool IsField(ReadOnlySpan<byte> name)
    {
        if (!_json.ValueTextEquals(name))
            return false;
        Next();
        return true;
    }

    private ReadOnlySpan<char> Name(int place, string field, Span<char> room, bool isSecond)
    {
        if (isSecond)
        {
            Note(place, field, "is given twice");
            Skip();
            return default;
        }

        if (_json.TokenType == JsonTokenType.Null)
            return default;
        if (_json.TokenType != JsonTokenType.String)
        {
            Note(place, field, "must be a text");
            Skip();
            return default;
        }

        try
        {
            var length = _json.HasValueSequence ? _json.ValueSequence.Length : _json.ValueSpan.Length;
            return length <= NameBytesMax ? room[.._json.CopyString(room)] : _json.GetString();
        }
        catch (InvalidOperationException)
        {
            Note(place, field, "holds bytes that are not UTF-8, or half of a surrogate pair");
            return default;
        }
    }

    private ulong? Epoch(int place, bool isSecond)
    {
        if (!isSecond && _json.TokenType == JsonTokenType.Null)
            return null;
        if (!isSecond && _json.TokenType == JsonTokenType.Number && _json.TryGetUInt64(out var number) && number > 0)
            return number;
        if (!isSecond && _json.TokenType == JsonTokenType.String && ValueText.TryEpoch(Text(), out number))
            return number;
        Note(place, "epoch", isSecond ? "is given twice" : $"must be {ValueText.EpochNotation}");
        Skip();
        return null;
    }

    private void Unknown(int place)
    {
        Note(place, "", $"has a field '{Text() ?? "?"}' that there is not; the fields are service, id, epoch");
        Next();
        Skip();
    }

    /// <summary>The token's characters, cut short; null when they are no valid text.</summary>
    private readonly string? Text()
    {
        try
        {
            return _json.GetString() is { Length: > 64 } text ? text[..64] : _json.GetString();
        }
        catch (InvalidOperationException)
        {
            return null;
        }
    }

    private void Note(int place, string field, string detail)
    {
        _errors ??= [];
        var path = field.Length == 0 ? $"[{place}]" : $"[{place}].{field}";
        if (_errors.Count < ErrorsMax)
            _errors.Add(new FieldError(path, $"'{path}' {detail}."));
    }

    private void Next()
    {
        try
        {
            _json.Read();
        }
        catch (JsonException malformed)
        {
            throw BodyFields.Malformed(malformed);
        }
    }

    private void Skip()
    {
        try
        {
            _json.Skip();
        }
        catch (JsonException malformed)
        {
            throw BodyFields.Malformed(malformed);
        }
    }
}
