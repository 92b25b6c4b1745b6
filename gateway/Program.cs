using Shop.Gateway;
using Shop.ServiceDefaults;

return await ServiceHost.Run(() => GatewayService.Build(args));
