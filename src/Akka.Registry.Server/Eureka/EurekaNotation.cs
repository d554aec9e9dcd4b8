using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Xml;
using Akka.Registry.Server.Json;

namespace Akka.Registry.Server.Eureka;

/// <summary>How an answer is written. Begins and ends are called in pairs; nothing is written to the client.</summary>
internal abstract class EurekaNotation : IDisposable
{
    private EurekaNotation()
    {
    }

    /// <summary>Applications with what they say of themselves.</summary>
    public abstract void BeginApplications(int version, string hashCode);

    /// <summary>An application; in applications, or alone.</summary>
    public abstract void BeginApplication(string name, bool isAlone);

    /// <summary>An instance in an application.</summary>
    public abstract void Instance(EurekaInstance instance);

    /// <summary>An instance alone.</summary>
    public abstract void InstanceAlone(EurekaInstance instance);

    /// <summary>The application's end.</summary>
    public abstract void EndApplication(bool isAlone);

    /// <summary>The applications' end.</summary>
    public abstract void EndApplications();

    /// <summary>Brings what is written into the stream that it is written to.</summary>
    public abstract void Flush();

    /// <inheritdoc/>
    public abstract void Dispose();

    /// <summary>Eureka's JSON: lists are always lists.</summary>
    internal sealed class AsJson(Stream stream) : EurekaNotation
    {
        private readonly Utf8JsonWriter _json = new(stream, JsonAnswer.WriterOptions);

        public override void BeginApplications(int version, string hashCode)
        {
            _json.WriteStartObject();
            _json.WriteStartObject("applications"u8);
            _json.WriteString("versions__delta"u8, version.ToString(CultureInfo.InvariantCulture));
            _json.WriteString("apps__hashcode"u8, hashCode);
            _json.WriteStartArray("application"u8);
        }

        public override void BeginApplication(string name, bool isAlone)
        {
            _json.WriteStartObject();
            if (isAlone)
                _json.WriteStartObject("application"u8);
            _json.WriteString("name"u8, name);
            _json.WriteStartArray("instance"u8);
        }

        public override void Instance(EurekaInstance instance) => InstanceJson.Write(_json, instance);

        public override void InstanceAlone(EurekaInstance instance)
        {
            _json.WriteStartObject();
            _json.WritePropertyName("instance"u8);
            InstanceJson.Write(_json, instance);
            _json.WriteEndObject();
        }

        public override void EndApplication(bool isAlone)
        {
            _json.WriteEndArray();
            _json.WriteEndObject();
            if (isAlone)
                _json.WriteEndObject();
        }

        public override void EndApplications()
        {
            _json.WriteEndArray();
            _json.WriteEndObject();
            _json.WriteEndObject();
        }

        public override void Flush() => _json.Flush();

        public override void Dispose() => _json.Dispose();
    }

    /// <summary>Eureka's XML.</summary>
    internal sealed class AsXml(Stream stream) : EurekaNotation
    {
        private static readonly XmlWriterSettings Writing = new()
        {
            Encoding = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false), OmitXmlDeclaration = true, CloseOutput = false,
            // A line break comes back as it was.
            NewLineHandling = NewLineHandling.Entitize,
        };

        private readonly XmlWriter _xml = XmlWriter.Create(stream, Writing);

        public override void BeginApplications(int version, string hashCode)
        {
            _xml.WriteStartElement("applications");
            _xml.WriteElementString("versions__delta", version.ToString(CultureInfo.InvariantCulture));
            _xml.WriteElementString("apps__hashcode", hashCode);
        }

        public override void BeginApplication(string name, bool isAlone)
        {
            _xml.WriteStartElement("application");
            _xml.WriteElementString("name", name);
        }

        public override void Instance(EurekaInstance instance) => InstanceXml.Write(_xml, instance);

        public override void InstanceAlone(EurekaInstance instance) => InstanceXml.Write(_xml, instance);

        public override void EndApplication(bool isAlone) => _xml.WriteEndElement();

        public override void EndApplications() => _xml.WriteEndElement();

        public override void Flush() => _xml.Flush();

        public override void Dispose() => _xml.Dispose();
    }
}
