using Akka.Registry.Security;
using Akka.Registry.Testing;

namespace Akka.Registry.Dashboard.Tests;
