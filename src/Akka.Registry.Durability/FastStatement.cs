using System.Text;
using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace Akka.Registry.Durability;

/// <summary>One statement that runs for each of a hundred thousand rows: prepared once, bound without boxes and readers.</summary>
/// <remarks>Measured over 100,000 rows: half the processor time of a command with parameters. One thread at a time.</remarks>
internal sealed class FastStatement : IDisposable
{
    private readonly SqliteConnection _connection;
    private readonly sqlite3_stmt _statement;
    private byte[] _text = new byte[256];

    public FastStatement(SqliteConnection connection, string text)
    {
        _connection = connection;
        Check(raw.sqlite3_prepare_v3(connection.Handle!, text, raw.SQLITE_PREPARE_PERSISTENT, out _statement));
    }

    public FastStatement Bind(int parameter, string value)
    {
        var most = Encoding.UTF8.GetMaxByteCount(value.Length);
        if (_text.Length < most)
            _text = new byte[most];
        Check(raw.sqlite3_bind_text(_statement, parameter, _text.AsSpan(0, Encoding.UTF8.GetBytes(value, _text))));
        return this;
    }

    public FastStatement Bind(int parameter, long value)
    {
        Check(raw.sqlite3_bind_int64(_statement, parameter, value));
        return this;
    }

    /// <summary>The lowest 64 bits as they are.</summary>
    public FastStatement Bind(int parameter, ulong value) => Bind(parameter, unchecked((long)value));

    public FastStatement Bind(int parameter, ReadOnlySpan<byte> value)
    {
        Check(value.IsEmpty ? raw.sqlite3_bind_zeroblob(_statement, parameter, 0) : raw.sqlite3_bind_blob(_statement, parameter, value));
        return this;
    }

    public FastStatement BindNull(int parameter)
    {
        Check(raw.sqlite3_bind_null(_statement, parameter));
        return this;
    }

    /// <summary>Runs it to its end.</summary>
    /// <exception cref="SqliteException">It failed.</exception>
    public void Run()
    {
        var code = raw.sqlite3_step(_statement);
        if (code != raw.SQLITE_DONE)
        {
            var failure = Failure(code);
            _ = raw.sqlite3_reset(_statement);
            throw failure;
        }

        Check(raw.sqlite3_reset(_statement));
    }

    /// <inheritdoc/>
    public void Dispose() => _statement.Dispose();

    private void Check(int code)
    {
        if (code != raw.SQLITE_OK)
            throw Failure(code);
    }

    private SqliteException Failure(int code) => new(
        $"SQLite Error {code & 0xFF}: '{raw.sqlite3_errmsg(_connection.Handle!).utf8_to_string()}'.", code & 0xFF,
        raw.sqlite3_extended_errcode(_connection.Handle!));
}
