using Shop.Sandbox;
using Shop.ServiceDefaults;

return await ServiceHost.Run(args, SandboxService.Build);
