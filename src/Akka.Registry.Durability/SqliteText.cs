using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using Microsoft.Data.Sqlite;

namespace Akka.Registry.Durability;

/// <summary>Statements in one line. Every text is a constant of this program: nothing that comes from outside is part of one.</summary>
[SuppressMessage("Security", "CA2100:Review SQL queries for security vulnerabilities", Justification = "Only constants come here.")]
internal static class SqliteText
{
    public static void Run(this SqliteConnection connection, string text)
    {
        using var command = connection.Statement(text);
        // To the end: a pragma that vacuums does so row by row.
        using var rows = command.ExecuteReader();
        while (rows.Read())
        {
        }
    }

    /// <summary>The statement ends with the connection.</summary>
    public static SqliteDataReader Query(this SqliteConnection connection, string text) => connection.Statement(text).ExecuteReader();

    /// <summary>The one number that the statement answers; 0 for none.</summary>
    public static long Number(this SqliteConnection connection, string text)
    {
        using var command = connection.Statement(text);
        return command.ExecuteScalar() is long number ? number : 0;
    }

    public static string Text(this SqliteConnection connection, string text)
    {
        using var command = connection.Statement(text);
        return Convert.ToString(command.ExecuteScalar(), CultureInfo.InvariantCulture) ?? "";
    }

    /// <summary>The one blob that the statement answers.</summary>
    public static byte[] Bytes(this SqliteConnection connection, string text)
    {
        using var command = connection.Statement(text);
        return command.ExecuteScalar() as byte[] ?? throw StoreFormat.Corrupt("something is missing in it");
    }

    private static SqliteCommand Statement(this SqliteConnection connection, string text)
    {
        var command = connection.CreateCommand();
        command.CommandText = text;
        return command;
    }
}
