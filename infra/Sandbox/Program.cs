using Shop.Sandbox;
using Shop.ServiceDefaults;

return await ServiceHost.Run(() => SandboxService.Build(args));
