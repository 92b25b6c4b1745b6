using Shop.Gateway;
using Shop.ServiceDefaults;

return await ServiceHost.Run(args, GatewayService.Build);
