using System.IO.Compression;
using Microsoft.Net.Http.Headers;

namespace Akka.Registry.Server.Eureka;

/// <summary>An answer of any length in the notation that the client takes, compressed if it asks for that: handed on piece by piece.</summary>
internal sealed class EurekaAnswer : IAsyncDisposable
{
    private const int PieceBytes = 32 * 1024;

    private readonly HttpContext _context;
    private readonly MemoryStream _piece = new(4 * 1024);
    private readonly bool _isZipped;
    private Stream? _body;
    private bool _hasBegun;

    private EurekaAnswer(HttpContext context, bool isJson, bool isZipped)
    {
        (_context, _isZipped) = (context, isZipped);
        Notation = isJson ? new EurekaNotation.AsJson(_piece) : new EurekaNotation.AsXml(_piece);
    }

    /// <summary>Where it is written.</summary>
    public EurekaNotation Notation { get; }

    /// <summary>Begins an answer with status 200.</summary>
    public static EurekaAnswer Begin(HttpContext context)
    {
        var isJson = TakesJson(context.Request);
        var isZipped = TakesGzip(context.Request);
        Head(context, StatusCodes.Status200OK);
        if (isZipped)
            context.Response.Headers.ContentEncoding = "gzip";
        return new EurekaAnswer(context, isJson, isZipped);
    }

    /// <summary>Answers with a status and nothing else.</summary>
    public static Task Send(HttpContext context, int status)
    {
        Head(context, status);
        if (status != StatusCodes.Status204NoContent)
            context.Response.ContentLength = 0;
        return Task.CompletedTask;
    }

    /// <summary>Answers with a sentence.</summary>
    public static Task Send(HttpContext context, int status, string sentence)
    {
        context.Response.StatusCode = status;
        if (TakesJson(context.Request))
            return context.Response.WriteAsJsonAsync(new Dictionary<string, string> { ["error"] = sentence }, context.RequestAborted);
        context.Response.ContentType = "text/plain; charset=utf-8";
        return context.Response.WriteAsync(sentence, context.RequestAborted);
    }

    /// <summary>Hands on what is written once it is a piece, at the client's pace.</summary>
    public ValueTask BreatheAsync()
    {
        if (_piece.Length < PieceBytes)
        {
            // What the writers hold back is small: they flush by themselves beyond that.
            Notation.Flush();
            if (_piece.Length < PieceBytes)
                return ValueTask.CompletedTask;
        }

        return HandOnAsync();
    }

    /// <summary>Ends the answer. Not called when writing it has failed: the connection breaks, so that nobody takes half for the whole.</summary>
    public async Task EndAsync()
    {
        Notation.Flush();
        if (!_hasBegun && !_isZipped)
            _context.Response.ContentLength = _piece.Length;
        await HandOnAsync();
        if (_isZipped && _body is { } zip)
            await zip.DisposeAsync();
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        Notation.Dispose();
        return _piece.DisposeAsync();
    }

    private async ValueTask HandOnAsync()
    {
        Notation.Flush();
        _hasBegun = true;
        if (!HttpMethods.IsHead(_context.Request.Method))
        {
            _body ??= _isZipped
                ? new GZipStream(_context.Response.Body, CompressionLevel.Fastest, leaveOpen: true)
                : _context.Response.Body;
            await _body.WriteAsync(_piece.GetBuffer().AsMemory(0, (int)_piece.Length), _context.RequestAborted);
        }

        _piece.SetLength(0);
    }

    /// <summary>XML for everybody who does not say JSON, as Netflix's server has it.</summary>
    private static bool TakesJson(HttpRequest request) => request.Headers.Accept.ToString().Contains("json", StringComparison.OrdinalIgnoreCase);

    /// <summary>Only for who asks: some clients do not look whether an answer is compressed.</summary>
    private static bool TakesGzip(HttpRequest request)
    {
        if (!StringWithQualityHeaderValue.TryParseList(request.Headers.AcceptEncoding, out var encodings))
            return false;
        foreach (var encoding in encodings)
        {
            if (encoding.Value.Equals("gzip", StringComparison.OrdinalIgnoreCase))
                return encoding.Quality is null or > 0;
        }

        return false;
    }

    private static void Head(HttpContext context, int status)
    {
        var response = context.Response;
        response.StatusCode = status;
        response.ContentType = TakesJson(context.Request) ? "application/json" : "application/xml";
        response.Headers.Vary = "Accept, Accept-Encoding";
    }
}
